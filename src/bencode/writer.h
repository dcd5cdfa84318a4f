/* Writes bencoding (BEP 3). */
#ifndef BENCODE_WRITER_H
#define BENCODE_WRITER_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

/* Appends to *out; failed: for want of memory, now or in an earlier call, after which the others do
 * nothing. The caller puts the keys of a dictionary in ascending order, as bytes, each before its
 * value. */
struct bencode_writer {
    struct buf *out;
    bool failed;
};

void bencode_put_integer(struct bencode_writer *w, int64_t n);
void bencode_put_string(struct bencode_writer *w, const void *bytes, size_t n);
void bencode_put_text(struct bencode_writer *w, const char *text);
/* Bytes that are bencoded already. */
void bencode_put_encoded(struct bencode_writer *w, const void *bytes, size_t n);
void bencode_begin_list(struct bencode_writer *w);
void bencode_begin_dict(struct bencode_writer *w);
void bencode_end(struct bencode_writer *w);

#endif
