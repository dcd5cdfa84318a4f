/* What a key has signed, as the interchange of EIP-3076, in and out of a program. Only programs use
 * this: it prints and exits. */
#ifndef BLOCKCLI_INTERCHANGE_H
#define BLOCKCLI_INTERCHANGE_H

#include "validator/said.h"

/* The most bytes that are read. */
#define INTERCHANGE_MAX (64 << 20)

/* Adds what the file at path, or stdin if that is `-', says of this chain and key. Exits with 1 if
 * it is no interchange of this chain and key: then nothing is added; with 2 for trouble. */
void cli_interchange_in(struct said *s, const char *path);

/* Prints it. */
void cli_interchange_out(const struct said *s);

#endif
