#include "blockcli/tip.h"

#include "base/file.h"
#include "cli/cli.h"

void tip_watch_begin(struct tip_watch *w, struct ledger *l)
{
    *w = (struct tip_watch){.ledger = l};
    fstat(l->file.fd, &w->seen);
    w->seen.st_size = -1; /* blocks appended since the ledger was opened have yet to be read */
    tip_watch_own(w, l->tree.best.id);
}

void tip_watch_free(struct tip_watch *w)
{
    buf_free(&w->own);
}

void tip_watch_own(struct tip_watch *w, const uint8_t id[ID_LEN])
{
    cli_memory(buf_add(&w->own, id, ID_LEN));
}

bool tip_watch_moved(struct tip_watch *w)
{
    struct stat now;
    struct fault f;
    if (stat(w->ledger->path, &now))
        return true;
    if (file_unchanged(&w->seen, &now))
        return false;
    bool replaced = now.st_ino != w->seen.st_ino;
    w->seen = now;
    if (replaced || ledger_refresh(w->ledger, &f) < 0)
        return true;
    if (w->ledger->behind) /* the tip moves when the writer is done, without a change of the file */
        w->seen.st_size = -1;
    for (size_t i = 0; i < w->own.len; i += ID_LEN)
        if (memcmp(w->own.data + i, w->ledger->tree.best.id, ID_LEN) == 0)
            return false;
    return true;
}
