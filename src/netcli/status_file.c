#include "netcli/status_file.h"

#include "base/file.h"
#include "cli/cli.h"
#include "cli/values.h"

#include <errno.h>
#include <string.h>

void status_file_write(struct status_file *s, struct duplex *d, int64_t now)
{
    struct buf text = {0};
    if (!s->path || now < s->due)
        return;
    s->due = now + STATUS_FILE_EVERY;
    duplex_ask_tips(d, now);
    cli_memory(duplex_status(d, now, cli_time_now(CLI_CLOCK), &text));
    bool has_failed = file_replace_unsynced(s->path, text.data, text.len) != 0;
    if (has_failed && !s->failed)
        cli_warn("%s: cannot be written: %s", s->path, strerror(errno));
    s->failed = has_failed;
    buf_free(&text);
}
