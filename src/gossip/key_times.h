/* When each key was last in a peer record, so that a record of a key is taken once in a while only,
 * and none that is older than the last. The oldest are forgotten: it holds the newest KEY_TIMES_MAX
 * keys, at most twice as many. */
#ifndef GOSSIP_KEY_TIMES_H
#define GOSSIP_KEY_TIMES_H

#include "base/bucket.h"
#include "base/idmap.h"

#define KEY_TIMES_MAX (1 << 14)
#define KEY_TIMES_EVERY 300000 /* ms after which a key's next record is taken */

/* Records of a key at once: so a node that moves several times in a few minutes is found again, and
 * old records that are repeated keep no new one out. */
#define KEY_TIMES_BURST 8

struct key_times {
    struct idmap young, old;
};

void key_times_init(struct key_times *t, uint64_t seed);
void key_times_free(struct key_times *t);

/* Whether the key's record with this TIME is newer than its last one, and not too soon after it; if
 * so, it is now the last. now: in ms of any monotonic clock. */
bool key_times_take(struct key_times *t, const uint8_t key[IDMAP_ID_LEN], int64_t time,
                    int64_t now);

/* Notes a record of an earlier run: only newer ones are taken from now on, and it does not count
 * among those that may follow each other at once. Out of memory, it is not noted. */
void key_times_note(struct key_times *t, const uint8_t key[IDMAP_ID_LEN], int64_t time,
                    int64_t now);

#endif
