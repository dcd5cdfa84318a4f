/* Messages for a person at a terminal: that the program waits for input, and how far a long job has
 * progressed. Nothing is printed if stderr is not a terminal. Only programs use this. */
#ifndef CLI_TERMINAL_H
#define CLI_TERMINAL_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* Says once that input is expected from the keyboard; call it before stdin is read. Does nothing if
 * stdin is not a terminal. */
void terminal_input(const char *what);

/* A line on the terminal that shows the progress of reading: it appears after a second and is
 * erased at the end. */
struct progress {
    const char *name; /* what is read */
    uint64_t total;   /* bytes; 0: not known */
    bool wanted;
    struct timespec next; /* when the line is next updated */
};

/* path: the file being read, whose size is the total; NULL: stdin, or a size that means nothing. */
struct progress progress_begin(const char *name, const char *path);
void progress_show(struct progress *p, uint64_t done);
void progress_end(const struct progress *p);

/* Erases the line before another message is printed. */
void terminal_clear(void);

#endif
