/* Files with a preimage: its 64 digits and a newline. Only programs use this: it exits. */
#ifndef CLI_PREIMAGE_H
#define CLI_PREIMAGE_H

#include "record/policy.h"

/* A preimage, NUL-terminated, and its hash. */
struct preimage {
    char digits[2 * ID_LEN + 1];
    uint8_t hash[ID_LEN];
};

/* Reads a file; `-` is stdin. Exits with 2 if it has anything else in it. */
struct preimage cli_read_preimage(const char *path);

/* Makes a new file, mode 0600: the preimage is random or, if seed is not NULL, the digits of its
 * SHA-256. Exits with 2 if the file exists or cannot be written. */
struct preimage cli_make_preimage(const char *path, const char *seed);

#endif
