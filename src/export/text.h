/* Appends pieces of text to memory reserved for all of them. */
#ifndef EXPORT_TEXT_H
#define EXPORT_TEXT_H

#include "record/field.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define NUMBER_MAX 20 /* the most bytes of a number */

/* Each writes at p and gives the place after what it wrote. */

static inline char *put(char *p, const char *bytes, size_t n)
{
    memcpy(p, bytes, n);
    return p + n;
}

static inline char *put_string(char *p, const char *s)
{
    return put(p, s, strlen(s));
}

char *put_number(char *p, int64_t n);
char *put_id(char *p, const uint8_t id[ID_LEN]);

/* Writes n bytes of well-formed UTF-8 as they appear in a JSON string: at most 6 n bytes. */
#define JSON_BYTE_MAX 6
char *put_json(char *p, const char *bytes, size_t n);

/* Whether the bytes are well-formed UTF-8 (Unicode, table 3-7: no overlong forms, no surrogates).
 */
bool utf8_check(const char *bytes, size_t n);

/* Writes a code point below 0x110000 as UTF-8: up to 4 bytes. */
char *put_utf8(char *p, uint32_t code);

#endif
