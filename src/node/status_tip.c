/* The tip of a node's ledger, without auditing anything. */
#include "base/file.h"
#include "base/hex.h"
#include "hash/sha256.h"
#include "index/index.h"
#include "node/status_parts.h"
#include "record/block.h"
#include "record/types.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TAIL = 4 << 20 }; /* bytes of a ledger without an index in which its last block is sought */

static void set_tip(struct node_status *s, const uint8_t id[ID_LEN], int64_t height, int64_t time)
{
    memcpy(s->tip, hex32(id).text, sizeof s->tip);
    s->height = height;
    s->time = time;
}

/* The genesis block's first line, whose hash names the chain: 0, or -1 if this is no ledger. */
static int read_chain(struct node_status *s, int fd)
{
    struct line line;
    struct fault f;
    uint8_t id[ID_LEN];
    static const char begin[] = "block 0 ";
    struct lines *lines = lines_new(source_fd(fd), 1, 0);
    bool is_ledger = lines && lines_next(lines, &line, &f) > 0 && line.state == LINE_WHOLE &&
                     line.len >= sizeof begin && memcmp(line.text, begin, sizeof begin - 1) == 0;
    if (is_ledger) {
        sha256(line.text, line.len, id);
        memcpy(s->chain, hex32(id).text, sizeof s->chain);
    }
    lines_free(lines);
    return is_ledger ? 0 : -1;
}

/* What the index has: 1; 0 if there is nothing in it; -1 and trouble. */
static int read_index(struct node_status *s, const char *path, int64_t size, struct fault *f)
{
    bool is_damaged;
    struct index *ix;
    struct index_mark mark = {0};
    struct index_block best;
    if (access(path, R_OK))
        return 0;
    if (index_open(path, &is_damaged, &ix, f))
        return -1;
    int result = index_begin_read(ix, f) || index_mark(ix, &mark, f) ? -1 : mark.count > 0;
    if (result > 0 && index_block(ix, mark.best, &best, f))
        result = -1;
    if (result > 0) {
        set_tip(s, best.node.id, best.node.height, best.node.time);
        s->unindexed = size - (int64_t)mark.end;
    }
    index_close(ix);
    return result;
}

/* The highest of the blocks whose headers are in these bytes of the ledger's end. */
static void find_last(struct node_status *s, const char *bytes, size_t n)
{
    const char *at = bytes, *end = bytes + n;
    struct block b;
    struct fault f;
    uint8_t id[ID_LEN];
    for (const char *newline; (newline = memchr(at, '\n', (size_t)(end - at))); at = newline + 1) {
        size_t len = (size_t)(newline - at);
        if (!record_is(&block_type, at, len) || line_check(at, len, &f) ||
            block_parse(at, len, &b, &f) || b.height <= s->height)
            continue;
        sha256(at, len, id);
        set_tip(s, id, b.height, b.time);
    }
}

static void read_end(struct node_status *s, int fd, int64_t size)
{
    size_t n = size < TAIL ? (size_t)size : TAIL;
    char *bytes = malloc(n + 1);
    s->unindexed = size;
    if (bytes && file_read_at(fd, bytes, n, (uint64_t)size - n) == 0)
        find_last(s, bytes, n);
    else
        status_trouble(s, "ledger", "cannot be read");
    free(bytes);
}

void status_tip(struct node_status *s, int dir, const char *path)
{
    struct stat st;
    struct fault f = {0};
    char index[PATH_MAX];
    int fd = status_open(s, dir, "ledger");
    if (fd < 0 && s->state != NODE_STARTING)
        status_trouble(s, "ledger", "does not exist");
    if (fd < 0)
        return;
    if (fstat(fd, &st) || read_chain(s, fd)) {
        status_trouble(s, "ledger", st.st_size ? "not a ledger" : "empty");
    } else {
        snprintf(index, sizeof index, "%s/ledger.index", path);
        int got = read_index(s, index, st.st_size, &f);
        if (got < 0)
            status_trouble(s, "ledger.index", "%s", f.text);
        if (s->unindexed < 0 && got > 0) /* a block may have been appended meanwhile */
            s->unindexed = 0;
        if (got <= 0)
            read_end(s, fd, st.st_size);
    }
    close(fd);
}
