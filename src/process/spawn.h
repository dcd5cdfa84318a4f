/* Programs that are started with a stdin and a stdout of ours. */
#ifndef PROCESS_SPAWN_H
#define PROCESS_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>

/* Starts words[0], found as a shell finds it, with its arguments, which NULL ends; in and out
 * become its stdin and stdout. apart: in a process group of its own, so that the terminal's signals
 * do not reach it. What this process has changed about signals (blocked ones, an ignored SIGPIPE)
 * is undone; what was ignored before it began stays so. 0, or an error number. */
int process_spawn(pid_t *pid, int in, int out, bool apart, const char *const *words);

#endif
