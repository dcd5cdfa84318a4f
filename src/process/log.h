/*
 * What an engine saved, on disk: DIR/log, flat lines that cat(1) shows.
 *
 *     CHECK NUMBER TEXT      the only or last line of an item
 *     CHECK NUMBER+TEXT      a line of an item that goes on
 *
 * CHECK is the CRC-32 (as of zlib) of what follows it and a space, in 8 hex digits; NUMBER counts
 * lines from 0. Line 0 is `log ENGINE NAME`. So each line can be checked alone, and none can be
 * missing or repeated. An item that the end of the file cuts short is torn: a crash came before it
 * was synced, so nobody was promised anything that depends on it. A broken line before a good one
 * means a damaged disk, not a crash, and the process must not go on.
 *
 * DIR/lock is held while the log is open.
 */
#ifndef PROCESS_LOG_H
#define PROCESS_LOG_H

#include "base/buf.h"
#include "base/fault.h"

#include <limits.h>
#include <stdint.h>

struct process_log {
    char path[PATH_MAX];
    char title[160]; /* of line 0 */
    int lock, fd;    /* -1: not open */
    uint64_t end;    /* bytes of whole items */
    uint64_t torn;   /* bytes after them that were cut off when it was opened */
};

/* A reader's next item: n bytes, whole lines. 0, or -1 and a fault. */
typedef int process_log_take(void *self, const char *text, size_t n, struct fault *f);

/* Opens the log in this folder, which is made if it is missing, waits for its lock, gives `take`
 * each item, and removes what is torn; *next becomes the number of the next line. 0; or -1 and *f:
 * a rule, if it is damaged or is another engine's or node's, else trouble. The log is then closed.
 */
int process_log_open(struct process_log *l, const char *folder, const char *engine,
                     const char *name, process_log_take *take, void *self, uint64_t *next,
                     struct fault *f);
void process_log_close(struct process_log *l);

/* Appends an item's n bytes, whole lines and at least one, as lines of a log, from number *next on.
 * Without a log, line 0: process_log_title. 0, or -1: no memory. */
int process_log_format(struct buf *out, uint64_t *next, const char *text, size_t n);
int process_log_title(const struct process_log *l, struct buf *out, uint64_t *next);

/* Appends these lines and syncs. 0, or -1 and trouble: what the file then contains is not known,
 * and no more may be written. */
int process_log_append(struct process_log *l, const char *lines, size_t n, struct fault *f);

/* Replaces all lines by these: after a crash the file has either the old or the new ones. 0, or -1
 * as above. */
int process_log_replace(struct process_log *l, const char *lines, size_t n, struct fault *f);

#endif
