/* A list of the keys that a node talks to (a permissioned network). Only programs use this. */
#ifndef NETCLI_ALLOW_H
#define NETCLI_ALLOW_H

#include "record/field.h"

struct allow;

/* Reads a file of key lines, or accounts of 64 hex digits, one a line; empty lines and lines that
 * begin with # are ignored. 0, or -1 and a fault with its line, with *a NULL. */
int allow_read(const char *path, struct allow **a, struct fault *f);
void allow_free(struct allow *a);

bool allow_has(const struct allow *a, const uint8_t key[ID_LEN]);

#endif
