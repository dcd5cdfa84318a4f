/* What a program tells somebody who sits at a terminal: that it waits for input, and how far a long
 * job is. Nothing where stderr is no terminal. Only programs use this. */
#ifndef CLI_TERMINAL_H
#define CLI_TERMINAL_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* Says once that what is to be read is expected from the keyboard; to be called before stdin is
 * read. Nothing where stdin is no terminal. */
void terminal_input(const char *what);

/* A line on the terminal that says how far reading is: from a second after its beginning on, and
 * gone at its end. */
struct progress {
    const char *name; /* what is read */
    uint64_t total;   /* bytes; 0: not known */
    bool wanted;
    struct timespec next; /* when the line is to be written again */
};

/* path: the file that is read, whose size is the total; NULL: stdin, or a size that says nothing.
 */
struct progress progress_begin(const char *name, const char *path);
void progress_show(struct progress *p, uint64_t done);
void progress_end(const struct progress *p);

/* Takes the line away before another message is written. */
void terminal_clear(void);

#endif
