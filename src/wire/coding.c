#include "wire/coding.h"

#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

enum {
    WINDOW_BITS = 12,
    MEMORY_LEVEL = 5,
    SWELL_FREE = 1 << 20, /* bytes of output before the ratio is checked */
    SWELL_MAX = 100,
};

/* The header of a zlib stream with this window (RFC 1950, section 2.2). What follows is a raw
 * deflate stream: the checksum of zlib's format stands at its end, which never comes, so none is
 * computed. */
static const char header[] = {0x48, (char)0x89};

struct coding {
    z_stream out, in;
    bool begun;        /* the header is written */
    int level, wanted; /* the level of `out`, and the one for what follows */
};

struct coding *coding_new(void)
{
    struct coding *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->level = c->wanted = Z_DEFAULT_COMPRESSION;
    if (deflateInit2(&c->out, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -WINDOW_BITS, MEMORY_LEVEL,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
        free(c);
        return NULL;
    }
    if (inflateInit2(&c->in, 0) != Z_OK) { /* 0: the window that the stream's header names */
        deflateEnd(&c->out);
        free(c);
        return NULL;
    }
    inflateValidate(&c->in, 0);
    return c;
}

void coding_free(struct coding *c)
{
    if (!c)
        return;
    deflateEnd(&c->out);
    inflateEnd(&c->in);
    free(c);
}

void coding_compress(struct coding *c, bool on)
{
    c->wanted = on ? Z_DEFAULT_COMPRESSION : Z_NO_COMPRESSION;
}

/* The space at the end of *out. 0, or -1: no memory. */
static int give_space(struct coding *c, struct buf *out)
{
    if (buf_reserve(out, 4096))
        return -1;
    c->out.next_out = (unsigned char *)out->data + out->len;
    c->out.avail_out = (uInt)(out->cap - out->len > UINT_MAX ? UINT_MAX : out->cap - out->len);
    return 0;
}

/* What waits in the stream is coded at the old level. 0, or -1: no memory. */
static int change_level(struct coding *c, struct buf *out)
{
    int said = Z_BUF_ERROR;
    c->out.avail_in = 0;
    while (said == Z_BUF_ERROR) {
        if (give_space(c, out))
            return -1;
        uInt room = c->out.avail_out;
        said = deflateParams(&c->out, c->wanted, Z_DEFAULT_STRATEGY);
        out->len += room - c->out.avail_out;
    }
    c->level = c->wanted;
    return 0;
}

int coding_deflate(struct coding *c, const void *bytes, size_t n, int flush, struct buf *out)
{
    const unsigned char *p = bytes;
    if (!c->begun && buf_add(out, header, sizeof header))
        return -1;
    c->begun = true;
    if (c->level != c->wanted && change_level(c, out))
        return -1;
    do {
        uInt part = n > UINT_MAX / 2 ? UINT_MAX / 2 : (uInt)n;
        c->out.next_in = (unsigned char *)(uintptr_t)p; /* zlib's field is not const */
        c->out.avail_in = part;
        p += part;
        n -= part;
        do {
            if (give_space(c, out))
                return -1;
            uInt room = c->out.avail_out;
            deflate(&c->out, flush && !n ? Z_SYNC_FLUSH : Z_NO_FLUSH);
            out->len += room - c->out.avail_out;
        } while (c->out.avail_out == 0);
    } while (n);
    return 0;
}

ptrdiff_t coding_inflate(struct coding *c, const char **in, size_t *n, char *out, size_t cap,
                         struct fault *f)
{
    uInt part = *n > UINT_MAX ? UINT_MAX : (uInt)*n;
    c->in.next_in = (unsigned char *)(uintptr_t)*in;
    c->in.avail_in = part;
    c->in.next_out = (unsigned char *)out;
    c->in.avail_out = (uInt)cap;
    int said = inflate(&c->in, Z_SYNC_FLUSH);
    size_t used = part - c->in.avail_in;
    *in += used;
    *n -= used;
    if (said == Z_MEM_ERROR)
        return fault_memory(f);
    if (said == Z_STREAM_END)
        return fault_rule(f, "deflate: the stream was ended");
    if (said != Z_OK && said != Z_BUF_ERROR)
        return fault_rule(f, "deflate: no zlib stream");
    if (c->in.total_out > SWELL_FREE && c->in.total_out / SWELL_MAX > c->in.total_in)
        return fault_rule(f, "deflate: expands more than %d times", SWELL_MAX);
    return (ptrdiff_t)(cap - c->in.avail_out);
}
