/* The entries of a Raft node, in memory: one array, from the one after `base` to the last. */
#ifndef RAFT_RAFT_LOG_H
#define RAFT_RAFT_LOG_H

#include "raft/raft_item.h"

#define RAFT_ENTRY_BYTES 64 /* that count for an entry besides its payload */

/* All zero is an empty log. */
struct raft_log {
    struct raft_entry *list;
    size_t head, count, cap; /* list[head] is the first */
    uint64_t base;           /* index of the entry before the first: 0, or where it was cut off */
    uint64_t base_term, base_total;
};

void raft_log_free(struct raft_log *log);

static inline uint64_t raft_log_last(const struct raft_log *log)
{
    return log->base + log->count;
}

/* An entry after base. */
static inline const struct raft_entry *raft_log_at(const struct raft_log *log, uint64_t index)
{
    return &log->list[log->head + (size_t)(index - log->base - 1)];
}

/* The term, and the sum of bytes, of an entry from base to the last. */
static inline uint64_t raft_log_term(const struct raft_log *log, uint64_t index)
{
    return index == log->base ? log->base_term : raft_log_at(log, index)->term;
}

static inline uint64_t raft_log_total(const struct raft_log *log, uint64_t index)
{
    return index == log->base ? log->base_total : raft_log_at(log, index)->total;
}

/* Whether there is an entry with this index, base or after it, and term. */
static inline bool raft_log_has(const struct raft_log *log, uint64_t index, uint64_t term)
{
    return index >= log->base && index <= raft_log_last(log) && raft_log_term(log, index) == term;
}

/* The last index, at most `index`, whose entry has a term of at most `term`: where logs may agree
 * at best (Ongaro's thesis, 3.6, end). base if it is not after base. */
uint64_t raft_log_at_most(const struct raft_log *log, uint64_t index, uint64_t term);

/* Appends copies of n entries, with references of its own. 0, or -1: no memory. */
int raft_log_append(struct raft_log *log, const struct raft_entry *list, size_t n);

/* Removes all entries after `index`, which is at least base. */
void raft_log_cut_after(struct raft_log *log, uint64_t index);

/* Removes the entries up to `index`, which is in the log: it becomes the base. */
void raft_log_cut_before(struct raft_log *log, uint64_t index);

/* Removes everything: the log begins after `base`, whose entry has `term`. */
void raft_log_restart(struct raft_log *log, uint64_t base, uint64_t term);

/* How many entries from `from` on go into one message: at most `most`, and at most `bytes` in all;
 * but at least one, if there is one. */
size_t raft_log_fit(const struct raft_log *log, uint64_t from, uint64_t bytes, size_t most);

#endif
