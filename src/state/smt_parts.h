/* Shared by smt*.c only. */
#ifndef STATE_SMT_PARTS_H
#define STATE_SMT_PARTS_H

#include "state/smt.h"

enum { SMT_CHILDREN = 16, SMT_NIBBLES = 64 };

struct smt_page;

struct smt_child {
    struct smt_sum sum;
    struct smt_page *page; /* NULL: not loaded */
};

/* The subtree below a path of so many nibbles. */
struct smt_page {
    bool dirty;
    struct smt_leaf *leaves; /* sorted by place; or, if the page has children, NULL */
    size_t count;
    struct smt_child *children; /* SMT_CHILDREN; NULL: it has leaves */
};

struct smt {
    struct smt_pages below;
    struct smt_page *root; /* NULL: not loaded */
    size_t loaded;         /* pages */
};

static inline int smt_bit(const uint8_t place[STATE_ID_LEN], size_t depth)
{
    return place[depth / 8] >> (7 - depth % 8) & 1;
}

static inline unsigned smt_nibble(const uint8_t place[STATE_ID_LEN], size_t nibbles)
{
    return nibbles % 2 ? place[nibbles / 2] & 15 : place[nibbles / 2] >> 4;
}

/* How many of the leaves, which agree in the first `depth` bits, have a 0 next. */
size_t smt_left(const struct smt_leaf *leaves, size_t n, size_t depth);

struct smt_sum smt_sum_leaves(const struct smt_leaf *leaves, size_t n, size_t depth);
struct smt_sum smt_sum_children(const struct smt_child *children, size_t n);
struct smt_sum smt_sum_page(const struct smt_page *p, size_t nibbles);

/* --- smt_page.c ------------------------------------------------------------------------------- */

/* The page below the first nibbles of a place, loaded into *p unless it is there. 0, or -1 and
 * trouble. */
int smt_load(struct smt *t, struct smt_page **p, const uint8_t place[STATE_ID_LEN], size_t nibbles,
             struct fault *f);

/* Frees a page and all below it. */
void smt_drop(struct smt_page *p);

#endif
