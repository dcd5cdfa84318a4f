/*
 * Reads bencoding (BEP 3), item by item, without copies: integers, byte strings, lists and
 * dictionaries.
 *
 * Strict is how files are read, and there is one encoding of each value: the keys of a dictionary
 * ascend as bytes, and no number has a leading zero or is -0. On the wire other implementations
 * are not so careful: a lenient reader accepts keys in any order and more than once, and such
 * numbers. Both refuse an integer outside of 64 bits, a string beyond the end of the input, more
 * than BENCODE_DEPTH levels, and bytes after the value.
 */
#ifndef BENCODE_READER_H
#define BENCODE_READER_H

#include "base/fault.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BENCODE_DEPTH = 100 }; /* lists and dictionaries within each other */

enum bencode_kind {
    BENCODE_INTEGER,
    BENCODE_STRING,
    BENCODE_LIST,
    BENCODE_DICT,
    BENCODE_END, /* of the innermost list or dictionary */
};

struct bencode_item {
    enum bencode_kind kind;
    bool key;       /* a string that is a dictionary's key; the next item is its value */
    int64_t number; /* of an integer */
    const uint8_t *bytes;
    size_t len;    /* of a string: its bytes, in the input */
    size_t offset; /* in the input, where the item begins */
};

struct bencode_reader {
    const uint8_t *bytes;
    size_t len, at;
    bool strict;
    bool ended; /* the value is complete */
    int depth;
    struct bencode_level {
        bool is_dict, wants_value;
        const uint8_t *key; /* the last one; NULL: none yet */
        size_t key_len;
    } levels[BENCODE_DEPTH];
};

/* A reader of one value in n bytes, which stay the caller's and outlive it. */
void bencode_read(struct bencode_reader *r, const void *bytes, size_t n, bool strict);

/* The next item: 1; 0 if the value has ended, with the last byte of the input; -1 and a rule that
 * names the byte. */
int bencode_next(struct bencode_reader *r, struct bencode_item *item, struct fault *f);

#endif
