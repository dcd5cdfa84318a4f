#include "raft/raft_log.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

void raft_log_free(struct raft_log *log)
{
    raft_log_cut_after(log, log->base);
    free(log->list);
    *log = (struct raft_log){0};
}

uint64_t raft_log_at_most(const struct raft_log *log, uint64_t index, uint64_t term)
{
    if (index > raft_log_last(log))
        index = raft_log_last(log);
    while (index > log->base && raft_log_term(log, index) > term)
        index--;
    return index < log->base ? log->base : index;
}

/* Moves the entries to the array's beginning if half of it is free there. */
static void settle(struct raft_log *log)
{
    if (log->head == 0 || log->head < log->cap / 2)
        return;
    memmove(log->list, log->list + log->head, log->count * sizeof *log->list);
    log->head = 0;
}

int raft_log_append(struct raft_log *log, const struct raft_entry *list, size_t n)
{
    if (n == 0)
        return 0; /* there may be no array yet */
    settle(log);
    if (ARRAY_RESERVE(log->list, log->cap, log->head + log->count + n) != 0)
        return -1;
    uint64_t total = raft_log_total(log, raft_log_last(log));
    struct raft_entry *to = log->list + log->head + log->count;
    for (size_t i = 0; i < n; i++) {
        to[i] = list[i];
        payload_ref(to[i].payload);
        total += RAFT_ENTRY_BYTES + (to[i].payload == NULL ? 0 : to[i].payload->len);
        to[i].total = total;
    }
    log->count += n;
    return 0;
}

void raft_log_cut_after(struct raft_log *log, uint64_t index)
{
    while (raft_log_last(log) > index)
        payload_unref(log->list[log->head + --log->count].payload);
}

void raft_log_cut_before(struct raft_log *log, uint64_t index)
{
    uint64_t term = raft_log_term(log, index), total = raft_log_total(log, index);
    for (; log->base < index; log->base++, log->count--)
        payload_unref(log->list[log->head++].payload);
    log->base_term = term;
    log->base_total = total;
}

void raft_log_restart(struct raft_log *log, uint64_t base, uint64_t term)
{
    raft_log_cut_after(log, log->base);
    log->head = 0;
    log->base = base;
    log->base_term = term;
    log->base_total = 0;
}

size_t raft_log_fit(const struct raft_log *log, uint64_t from, uint64_t bytes, size_t most)
{
    uint64_t left = raft_log_last(log) + 1 - from, low = 1, stop;
    if (left == 0)
        return 0;
    uint64_t high = left < most ? left : most;
    stop = raft_log_total(log, from - 1) + bytes;
    if (raft_log_total(log, from + high - 1) <= stop)
        return (size_t)high;
    while (low < high) {
        uint64_t middle = low + (high - low + 1) / 2;
        if (raft_log_total(log, from + middle - 1) <= stop)
            low = middle;
        else
            high = middle - 1;
    }
    return (size_t)low;
}
