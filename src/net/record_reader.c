#include "net/record_reader.h"

#include "base/lines.h"
#include "record/block.h"
#include "stream/stream.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { READ_SIZE = 1 << 16 }; /* so that caches hold the records until they are sent */

/* Handles one whole line, without its newline. */
static void take_line(struct record_reader *in, const char *line, size_t len)
{
    struct block block;
    struct fault f;
    if (line_is(line, len, "block")) {
        /* a header also ends a block that was cut short */
        bool good = line_check(line, len, &f) == 0 && block_parse(line, len, &block, &f) == 0;
        in->body_left = good ? block.count : 0;
        in->whole = in->body_left ? in->scanned - len - 1 : in->scanned;
        return;
    }
    if (in->body_left)
        in->body_left--;
    if (!in->body_left)
        in->whole = in->scanned;
}

static void scan(struct record_reader *in)
{
    const char *newline;
    while ((newline = memchr(in->in.data + in->scanned, '\n', in->in.len - in->scanned))) {
        const char *line = in->in.data + in->scanned;
        in->scanned = (size_t)(newline - in->in.data) + 1;
        take_line(in, line, (size_t)(newline - line));
    }
}

int record_reader_read(struct record_reader *in, struct fault *f)
{
    ssize_t got;
    if (buf_reserve(&in->in, READ_SIZE))
        return fault_memory(f);
    do
        got = read(in->fd, in->in.data + in->in.len, READ_SIZE);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return fault_errno(f, "stdin: cannot read");
    in->ended = got == 0;
    in->in.len += (size_t)got;
    scan(in);
    if (in->in.len - in->scanned > LINE_MAX_LEN || in->in.len - in->whole > block_text_limit(NULL))
        return fault_rule(f, "stdin: a line or block over the maximum size");
    if (in->ended)
        in->whole = in->in.len; /* the program that checks the records reports the cut one */
    return 1;
}

void record_reader_drop(struct record_reader *in)
{
    buf_drop(&in->in, in->whole);
    in->scanned -= in->scanned < in->whole ? in->scanned : in->whole;
    in->whole = 0;
}

void record_reader_free(struct record_reader *in)
{
    buf_free(&in->in);
}
