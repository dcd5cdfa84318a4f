/*
 * A signature cache, LEDGER.checked: the transactions whose signatures are known to be valid, so
 * that those checked when they arrived alone are not checked again when they arrive in a block.
 *
 * It is a table of 32-byte ids, each in the set of four slots given by its first bits, the newest
 * in front; a fifth drops the oldest out. A transaction's id is the hash of its whole line,
 * signature included, so an id in the table vouches for exactly these bytes and for no other
 * signature, key or payment. Hence it needs no order, lock, sync or checksum: an entry that is
 * stale, torn, damaged or from another ledger is the hash of no line that anybody can write, and
 * only costs the time to check again. (As with the index, anyone who can write the file can make it
 * lie.)
 *
 * The index adds the ledger's blocks whose signatures have been checked.
 */
#ifndef LEDGER_SIGCACHE_H
#define LEDGER_SIGCACHE_H

#include "ledger/ledger.h"

#define SIGCACHE_SLOTS (1 << 18) /* 8 MiB in all */
#define SIGCACHE_SET 4

struct sigcache;

/* Opens the cache beside the ledger at path. l (may be NULL), which stays the caller's and must
 * outlive the cache, is asked for its blocks if its index is open. The file is opened when it is
 * first needed, and created when there is first something to write. If that fails, or if the file
 * is a link or something other than such a table, the cache is empty, which is not an error. NULL:
 * no memory. */
struct sigcache *sigcache_new(const char *path, const struct ledger *l);
void sigcache_free(struct sigcache *k);

/* For feed_ask, with a struct sigcache: sets `checked` in the entries whose signatures are known to
 * be valid. */
void sigcache_look_up(void *cache, struct batch *b);

/* For listener_config.checked, with a struct sigcache: adds the transactions whose signatures
 * batch_finish found valid. If the batch has a block, all are written at once, as its reader will
 * look for them. */
void sigcache_note(void *cache, const struct batch *b);

/* Writes what was added, if it is little or nothing was written for a second; otherwise it is
 * written together with what later batches add, at the latest by sigcache_free. */
void sigcache_write(struct sigcache *k);

/* Both of these. */
void sigcache_add(struct sigcache *k, const struct batch *b);

#endif
