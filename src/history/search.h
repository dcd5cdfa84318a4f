/*
 * The search for an order of one object's operations: Wing and Gong, "Testing and Verifying
 * Concurrent Objects", 1993, with the list and the memory of Lowe, "Testing for linearizability",
 * 2017. It can be interrupted and continued.
 *
 * What need not be tried, because another order does as well if this one does:
 * - a move that is legal and changes nothing is put in at once, and no other way is tried;
 * - of equal moves that could be next, only the one that ends first is tried;
 * - an open operation is tried only if it changes the state; and if it is blind, no blind one is
 *   tried right after it.
 */
#ifndef HISTORY_SEARCH_H
#define HISTORY_SEARCH_H

#include "history/lineup.h"
#include "history/seen.h"

#define SEARCH_STEPS 16384 /* to take at once, between two looks at the bounds */

enum search_result { SEARCH_TROUBLE = -1, SEARCH_NO, SEARCH_YES, SEARCH_MORE };

struct search {
    const struct spec *spec;
    struct spec_run run;
    struct lineup lineup;
    struct seen_done done;
    struct seen seen;
    struct search_frame {
        uint32_t i, state, bound; /* the operation; the state and the bound before it */
        bool forced;
    } * frames;
    uint32_t depth, left; /* operations in the order; those that have ended and are not in it */
    uint32_t state;
    uint32_t bound;  /* the first end in the list, an entry: what began later cannot be next */
    uint32_t cursor; /* the next to try: an entry, or after all of them the open ones */
    bool begun;
    uint64_t steps;      /* tries of an operation */
    uint64_t looks;      /* at operations that might be tried */
    uint32_t best_bound; /* the farthest one so far; 0: none */
};

/* As lineup_make. 0, or -1: no memory; free it in any case. */
int search_init(struct search *s, const struct op_history *h, const uint32_t *numbers, size_t n,
                uint32_t until);
void search_free(struct search *s);

/* Continues for so many steps, or a few more; for fewer if it has to look at many operations for
 * each. SEARCH_YES: the order is in the frames; SEARCH_NO: there is none, and
 * best_bound is the farthest end that the search came to; SEARCH_MORE: it has not ended;
 * SEARCH_TROUBLE: no memory.
 */
enum search_result search_run(struct search *s, uint64_t steps);

/* The order that SEARCH_YES found, as numbers of operations in the history, s->depth of them; to be
 * freed. NULL: no memory. */
uint32_t *search_order(const struct search *s);

/* The bytes that it takes. */
size_t search_size(const struct search *s);

#endif
