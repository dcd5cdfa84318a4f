/*
 * A program as a child, with pipes to its stdin and from its stdout; its stderr is ours. It leads a
 * process group of its own, and whatever is in that group is killed with it. A guard
 * (simprocess/child_guard.h) kills it if this process ends without having done so, even by SIGKILL.
 */
#ifndef SIMPROCESS_CHILD_H
#define SIMPROCESS_CHILD_H

#include "base/fault.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct child {
    pid_t pid; /* 0: it does not run, and all else means nothing */
    int to, from;
};

/* Starts a program, found as a shell finds it; words end with NULL. SIGPIPE is ignored from now on
 * by this process, not by the child. 0, or -1 and trouble that names the program. */
int child_start(struct child *c, const char *const *words, struct fault *f);

/* Writes, or reads, up to n bytes without waiting: how many; 0: none now; or -1 and *f: it has
 * ended, which is a rule and says how, or trouble. After a rule it is dead and reaped. */
ptrdiff_t child_write(struct child *c, const char *bytes, size_t n, struct fault *f);
ptrdiff_t child_read(struct child *c, char *out, size_t n, struct fault *f);

/* Waits until it has written something or ended, or, with `write`, takes something; at most so many
 * microseconds of real time. Whether that has come. */
bool child_wait(const struct child *c, bool write, int64_t microseconds);

/* 0; or -1 and the rule above: it has ended, although one that it started may still have the pipe.
 */
int child_check(struct child *c, struct fault *f);

/* Kills it and what it started, and reaps it. Nothing happens if it does not run. */
void child_kill(struct child *c);

/* Puts before the text of *f the program of a node and the line of its output at which it failed;
 * 0: none was written. A rule stays one if there is a line: a program that ends before it has
 * written anything could not be tried, and is trouble. -1. */
int child_fault(const char *node, const char *program, uint64_t line, struct fault *f);

#endif
