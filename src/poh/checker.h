/* Repeats the steps that ticks claim: each thread several claims side by side. */
#ifndef POH_CHECKER_H
#define POH_CHECKER_H

#include "poh/stamped.h"

struct poh_checker;

/* A checker with so many threads. The choice stays the caller's and must last. NULL and *f:
 * trouble.
 */
struct poh_checker *poh_checker_new(const struct poh_choice *c, int threads, struct fault *f);
void poh_checker_free(struct poh_checker *k);

/* Adds a claim; they come in the order of their lines. Waits while many have yet to be checked.
 * Whether any more are wanted: not after one that is wrong. */
bool poh_checker_add(struct poh_checker *k, const struct poh_claim *claim);

/* Says that there are no more; call it after the last poh_checker_add, from any thread. */
void poh_checker_close(struct poh_checker *k);

/* Waits until all claims are checked, or one is wrong and all before it are checked. 0, or the line
 * of the first wrong one, and its steps. */
uint64_t poh_checker_wait(struct poh_checker *k, int64_t *steps);

#endif
