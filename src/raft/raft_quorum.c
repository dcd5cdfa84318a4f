#include "raft/raft_quorum.h"

/* Insertion: voters are few. */
static void sort(uint64_t *values, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        uint64_t x = values[i];
        size_t j = i;
        for (; j > 0 && values[j - 1] > x; j--)
            values[j] = values[j - 1];
        values[j] = x;
    }
}

uint64_t raft_majority(uint64_t *values, size_t n)
{
    if (n == 0)
        return UINT64_MAX;
    sort(values, n);
    return values[n - (n / 2 + 1)];
}

enum raft_result raft_majority_vote(size_t n, size_t yes, size_t no)
{
    size_t quorum = n / 2 + 1;
    if (n == 0 || yes >= quorum)
        return RAFT_WON;
    return n - no >= quorum ? RAFT_PENDING : RAFT_LOST;
}

enum raft_result raft_joint_vote(enum raft_result a, enum raft_result b)
{
    return a < b ? a : b;
}
