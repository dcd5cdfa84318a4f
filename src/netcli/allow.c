#include "netcli/allow.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/lines.h"
#include "record/key.h"
#include "record/types.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ALLOW_MAX = 1 << 20 }; /* keys */

struct allow {
    struct buf keys; /* sorted */
};

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, ID_LEN);
}

static int read_line(const struct line *line, uint8_t key[ID_LEN], struct fault *f)
{
    struct key k;
    if (line->state == LINE_LONG)
        return fault_rule(f, "neither a key line nor an account");
    if (line_check(line->text, line->len, f))
        return -1;
    if (!record_is(&key_type, line->text, line->len))
        return field_id((struct field){line->text, line->len}, "account", key, f);
    if (key_parse(line->text, line->len, &k, f))
        return -1;
    memcpy(key, k.account.id, ID_LEN);
    return 0;
}

static int read_all(struct allow *a, struct lines *lines, struct fault *f)
{
    struct line line;
    uint8_t key[ID_LEN];
    int got;
    while ((got = lines_next(lines, &line, f)) > 0) {
        bool foreign = line_typed(&line, f);
        if (!foreign && (line.len == 0 || *line.text == '#'))
            continue;
        if (foreign || read_line(&line, key, f)) {
            f->line = line.number;
            return -1;
        }
        if (a->keys.len >= (size_t)ALLOW_MAX * ID_LEN)
            return fault_trouble(f, "over %d keys", ALLOW_MAX);
        if (buf_add(&a->keys, key, ID_LEN))
            return fault_memory(f);
    }
    if (a->keys.len)
        qsort(a->keys.data, a->keys.len / ID_LEN, ID_LEN, by_bytes);
    return got;
}

int allow_read(const char *path, struct allow **out, struct fault *f)
{
    *out = NULL;
    f->line = 0;
    int fd = file_open(path, O_RDONLY, 0);
    if (fd < 0)
        return fault_errno(f, "cannot read it");
    struct allow *a = calloc(1, sizeof *a);
    struct lines *lines = a ? lines_new(source_fd(fd), 1, 0) : NULL;
    int result = lines ? read_all(a, lines, f) : fault_memory(f);
    lines_free(lines);
    close(fd);
    if (result) {
        allow_free(a);
        return -1;
    }
    *out = a;
    return 0;
}

void allow_free(struct allow *a)
{
    if (a)
        buf_free(&a->keys);
    free(a);
}

bool allow_has(const struct allow *a, const uint8_t key[ID_LEN])
{
    return a->keys.len &&
           bsearch(key, a->keys.data, a->keys.len / ID_LEN, ID_LEN, by_bytes) != NULL;
}
