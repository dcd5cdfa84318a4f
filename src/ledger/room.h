/*
 * The bounded room where transactions wait for those of their sender that come before them: in
 * memory, and for as long as somebody still reads.
 */
#ifndef LEDGER_ROOM_H
#define LEDGER_ROOM_H

#include "stream/stream.h"

#define ROOM_TXS_MAX 4096
#define ROOM_BYTES_MAX (4 << 20)
#define ROOM_SENDER_MAX 64 /* how many of them may be one sender's */

struct room;

/* A transaction that waits. */
struct queued {
    uint8_t id[ID_LEN];
    struct tx tx;                 /* points into text */
    uint64_t line;                /* where it stood in the stream that brought it */
    struct queued *older, *newer; /* by arrival; room.c's, as the next */
    struct queued *next;          /* of its sender, by seq */
    char text[];
};

struct room *room_new(void); /* NULL: no memory */
void room_free(struct room *r);
bool room_empty(const struct room *r);

/* Lets a transaction in, its bytes copied: 1, 0 it waits already, -1 and a fault: another that
 * spends the same sequence number waits, or trouble. room_leave must follow. */
int room_add(struct room *r, const struct tx *tx, const uint8_t id[ID_LEN], uint64_t line,
             struct fault *f);

/* Takes out the sender's transaction with this seq; those with lower ones, which are void, leave
 * for good. NULL where none waits; the caller frees it. */
struct queued *room_take(struct room *r, const uint8_t from[ID_LEN], int64_t seq);

/* Takes out one that the bounds have no room for: of a sender that has too many, the one that is
 * the furthest ahead, else the oldest; or, with all, the oldest. NULL where none is to go; the
 * caller frees it. */
struct queued *room_leave(struct room *r, bool all);

/* Puts the accounts of all senders behind what *out holds. 0, or -1: no memory. */
int room_senders(const struct room *r, struct buf *out);

#endif
