/* Whom the operands of a program name: addresses, and peers files, which are read again when they
 * change. */
#ifndef NET_ROSTER_H
#define NET_ROSTER_H

#include "net/peers.h"

struct roster;

/* A roster of these operands, which stay the caller's: HOST:PORT, KEY@HOST:PORT, or names of peers
 * files. files_exist: a file that is not there is a fault now, and not an empty one. NULL and
 * trouble, with the operand's name where that is at fault. */
struct roster *roster_new(char **operands, size_t count, bool files_exist, struct fault *f);
void roster_free(struct roster *r);

/* Who is told what is wrong with a file that is used all the same: with a line of it that was
 * passed over, or, later than the first time, with a file that cannot be read (its last reading
 * then stands). */
struct roster_critic {
    void (*say)(void *self, const char *words);
    void *self;
};

/* Reads the files that have changed; the first time, all. Records of another chain (chain not NULL)
 * are passed over. 1 where anything may have changed, 0, or -1 and trouble: a file that cannot be
 * read the first time. */
int roster_read(struct roster *r, const uint8_t *chain, const struct roster_critic *critic,
                struct fault *f);

/* All targets but those of files that name the key `but` (NULL: none): *list is the caller's to
 * free. 0, or -1: no memory. */
int roster_list(const struct roster *r, const uint8_t *but, struct target **list, size_t *count);

#endif
