/*
 * Bencoding as JSON (RFC 8259) and back.
 *
 * A byte string is a JSON string: itself if it is UTF-8 without control characters (the code points
 * below 32 and 127 to 159) and does not begin with "0x"; else "0x" and two hexadecimal digits for
 * each byte. So every byte string has one form, and what begins with "0x" is always digits. A list
 * is an array, a dictionary an object with its keys in the same form, an integer a number.
 */
#ifndef BENCODE_JSON_H
#define BENCODE_JSON_H

#include "base/buf.h"
#include "base/fault.h"

#include <stdbool.h>

#define BENCODE_MAX (64 << 20)             /* bytes of one value */
#define BENCODE_JSON_MAX (4 * BENCODE_MAX) /* of its JSON, which is at most 2.5 times as long */

/* Appends the JSON of one bencoded value of n bytes, without a newline. 0, or -1 and a fault. */
int bencode_to_json(const void *bytes, size_t n, bool strict, struct buf *out, struct fault *f);

/* Appends the bencoding of the JSON in n bytes, with the keys of every dictionary in order. Digits
 * after "0x" may be of either case, and of a string that could stand as itself. 0, or -1 and a
 * fault: it is not JSON, or has what bencoding lacks (fractions, true, false, null, integers
 * outside of 64 bits), a key twice, or more than BENCODE_DEPTH levels. */
int bencode_from_json(const char *json, size_t n, struct buf *out, struct fault *f);

#endif
