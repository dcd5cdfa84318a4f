#include "mesh/intake.h"

#include "consensus/payload.h"
#include "net/record_reader.h"
#include "stream/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { PIECE = 1 << 18 };

struct mesh_intake {
    bool plain;
    const struct mesh_intake_owner *owner;
    struct record_reader records;
    struct batch batch;
    struct buf lines; /* of plain ones, not taken yet */
    uint64_t line;    /* the number of the next */
    uint64_t offset;
};

struct mesh_intake *mesh_intake_new(int fd, bool plain, const struct mesh_intake_owner *owner)
{
    struct mesh_intake *in = calloc(1, sizeof *in);
    if (in != NULL)
        *in = (struct mesh_intake){
            .plain = plain, .owner = owner, .records = {.fd = fd}, .line = 1};
    return in;
}

void mesh_intake_free(struct mesh_intake *in)
{
    if (in == NULL)
        return;
    record_reader_free(&in->records);
    batch_free(&in->batch);
    buf_free(&in->lines);
    free(in);
}

static void refuse(struct mesh_intake *in, uint64_t line, const struct fault *why)
{
    struct fault f = *why;
    f.line = line;
    in->owner->refused(in->owner->self, &f);
}

/* --- Records ---------------------------------------------------------------------------------- */

static int take_item(struct mesh_intake *in, const struct item *item, struct fault *f)
{
    struct fault why = item->fault;
    bool refused = item->broken;
    if (!refused && item->size > PAYLOAD_MAX) {
        fault_rule(&why, "a record of more than %d bytes", PAYLOAD_MAX);
        refused = true;
    }
    if (!refused)
        return in->owner->record(in->owner->self, (struct field){item->text, item->size}, f);
    refuse(in, why.line != 0 ? why.line : item->line, &why);
    return 0;
}

static int read_records(struct mesh_intake *in, struct fault *f)
{
    struct record_reader *r = &in->records;
    int result = record_reader_read(r, f) < 0 ? -1 : 0;
    while (result == 0 && r->whole > 0) {
        if (batch_parse(&in->batch, r->in.data, r->whole, in->line, in->offset, f) != 0)
            return -1;
        size_t bytes = 0;
        for (size_t i = 0; i < in->batch.count && result == 0; i++) {
            result = take_item(in, &in->batch.items[i], f);
            bytes += in->batch.items[i].stream_size;
        }
        bytes = bytes == 0 || bytes > r->whole ? r->whole : bytes;
        for (size_t i = 0; i < bytes; i++)
            in->line += r->in.data[i] == '\n';
        in->offset += bytes;
        size_t whole = r->whole;
        r->whole = bytes;
        record_reader_drop(r);
        r->whole = whole - bytes;
    }
    return result < 0 ? -1 : !r->ended;
}

/* --- Lines ------------------------------------------------------------------------------------ */

static int take_line(struct mesh_intake *in, struct field line, struct fault *f)
{
    in->line++;
    if (line.len <= LINE_MAX_LEN + 1)
        return in->owner->record(in->owner->self, line, f);
    struct fault why;
    fault_rule(&why, "a line of more than %d bytes", LINE_MAX_LEN);
    refuse(in, in->line - 1, &why);
    return 0;
}

static int take_lines(struct mesh_intake *in, struct fault *f)
{
    size_t done = 0;
    const char *newline;
    while (done < in->lines.len &&
           (newline = memchr(in->lines.data + done, '\n', in->lines.len - done)) != NULL) {
        struct field line = {in->lines.data + done, (size_t)(newline - in->lines.data) + 1 - done};
        if (take_line(in, line, f) != 0)
            return -1;
        done += line.len;
    }
    buf_drop(&in->lines, done);
    return in->lines.len > PAYLOAD_MAX
               ? fault_rule(f, "stdin: a line of more than %d bytes", PAYLOAD_MAX)
               : 0;
}

/* The last line counts without its newline, too. */
static int read_lines(struct mesh_intake *in, struct fault *f)
{
    if (buf_reserve(&in->lines, PIECE) != 0)
        return fault_memory(f);
    ssize_t got = read(in->records.fd, in->lines.data + in->lines.len, PIECE);
    if (got < 0)
        return errno == EINTR || errno == EAGAIN ? 1 : fault_errno(f, "stdin: cannot read");
    in->lines.len += (size_t)got;
    if (got == 0 && in->lines.len > 0 && buf_add(&in->lines, "\n", 1) != 0)
        return fault_memory(f);
    return take_lines(in, f) != 0 ? -1 : got > 0;
}

int mesh_intake_read(struct mesh_intake *in, struct fault *f)
{
    return in->plain ? read_lines(in, f) : read_records(in, f);
}
