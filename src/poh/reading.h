/* Reads a stamped stream in a thread of its own, and gives its claims to a checker: so a wrong one
 * is known while the input is still open. */
#ifndef POH_READING_H
#define POH_READING_H

#include "poh/checker.h"

#include <pthread.h>

/* The caller sets the first three, all of which stay its own. */
struct poh_reading {
    struct stream *in;
    struct poh_checker *checker;
    struct poh_stamped stamped;
    int got; /* after the end: 0; or -1 and the fault */
    struct fault fault;
    pthread_t thread;
};

/* Begins to read; the checker is closed at the end. 0, or -1 and trouble. *x must last until
 * poh_reading_end, which waits for the end, or until the program ends. */
int poh_reading_begin(struct poh_reading *x, struct fault *f);
int poh_reading_end(struct poh_reading *x);

/* Lets the thread wait for its input as long as it likes. */
void poh_reading_leave(struct poh_reading *x);

#endif
