/* Lowercase hexadecimal, the only form of bytes in records. */
#ifndef BASE_HEX_H
#define BASE_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Writes 2n digits at out, no terminator. */
void hex_encode(char *out, const uint8_t *bytes, size_t n);

/* Reads 2n digits at s into n bytes. 0, or -1 if one is not in 0-9a-f. */
int hex_decode(uint8_t *out, const char *s, size_t n);

/* Whether n bytes are such digits, none included. */
bool hex_is(const char *s, size_t n);

/* A hash, id or account as a C string; a struct, so that it can be returned by value. */
struct hex32 {
    char text[65];
};
struct hex32 hex32(const uint8_t bytes[32]);

#endif
