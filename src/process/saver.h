/*
 * Group commit: a thread that writes lines to a log while its process goes on. All that it is given
 * during one sync is written together and synced once.
 */
#ifndef PROCESS_SAVER_H
#define PROCESS_SAVER_H

#include "process/log.h"

#include <stdbool.h>

struct process_saver;

/* Starts it. The log is the saver's until process_saver_stop. NULL and trouble. */
struct process_saver *process_saver_start(struct process_log *log, struct fault *f);

/* Gives it lines, n bytes, which it copies; they complete everything up to the number-th save.
 * replace: they replace the whole log. 0, or -1: no memory. */
int process_saver_put(struct process_saver *s, const char *lines, size_t n, uint64_t number,
                      bool replace, struct fault *f);

/* A descriptor that can be read when process_saver_saved has something new. */
int process_saver_fd(const struct process_saver *s);

/* Up to which save everything is on disk; *syncs: how often it has synced. 0; or -1 and *f if
 * writing failed: nothing more will be saved. */
int process_saver_saved(struct process_saver *s, uint64_t *number, uint64_t *syncs,
                        struct fault *f);

/* Waits until all is written, ends the thread, and frees. 0, or -1 and *f as above. NULL is let
 * pass. */
int process_saver_stop(struct process_saver *s, struct fault *f);

#endif
