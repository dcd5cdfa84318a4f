/* A block that is being forged: its header's fields and its lines, until it is sealed again. */
#ifndef FORGE_DRAFT_H
#define FORGE_DRAFT_H

#include "forge/block_forge.h"

struct draft {
    struct block_forger *g;
    struct node parent;  /* of the block; not of genesis */
    struct block b;      /* count, root and seal are set at the end */
    struct buf body;     /* its lines, each with a newline */
    size_t count;        /* how many */
    size_t signed_count; /* of these, the votes or attests, which come first */
    bool is_genesis;
    bool keeps_target; /* TARGET stays, even if genesis has other members */
    enum { SEAL_RIGHT, SEAL_OTHER, SEAL_MALFORMED } seal;
    struct secret_key outsider; /* of nobody; not set unless draft_outsider was called */
    bool has_outsider;
};

/* Reads the last block of the best chain, or genesis. 0, or -1 and a fault; call draft_free in
 * either case. */
int draft_read(struct draft *d, struct block_forger *g, bool genesis, struct fault *f);
void draft_free(struct draft *d);

/* A line, without its newline. */
struct field draft_line(const struct draft *d, size_t i);

/* Whether the line begins with this word. */
bool draft_is(const struct draft *d, size_t i, const char *word);

/* The first line of this type from line `from` on; d->count: there is none. */
size_t draft_find(const struct draft *d, const char *word, size_t from);

/* Put a line, without its newline, before line i or in its place; take line i away. 0, or -1: no
 * memory. */
int draft_insert(struct draft *d, size_t i, struct field line);
int draft_replace(struct draft *d, size_t i, struct field line);
void draft_remove(struct draft *d, size_t i);

/* Takes away line i's last field and the space before it; the line has at least two. 0, or -1 and a
 * fault. */
int draft_cut(struct draft *d, size_t i, struct fault *f);

/* The key of an account, or NULL: it is not among those given. And one that is nobody's: NULL and
 * trouble. */
const struct secret_key *draft_key(const struct draft *d, const struct account *a);
const struct secret_key *draft_outsider(struct draft *d, struct fault *f);

/* Appends a space and the key's signature of all of the text. 0, or -1 and a fault. */
int draft_sign(const struct secret_key *k, struct buf *text, struct fault *f);

/* Appends the whole block, with its root, its count and a seal. 0, or -1 and a fault: a rule if the
 * key of its miner is not given. */
int draft_finish(struct draft *d, struct buf *out, struct fault *f);

#endif
