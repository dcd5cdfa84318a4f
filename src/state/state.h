/*
 * The state of a chain at one block: a map from keys to small values, over a backing store, with a
 * journal of every change. Operations read and write it by key alone; moving between blocks,
 * snapshots and the index are all built on the journals, once for all operations.
 */
#ifndef STATE_STATE_H
#define STATE_STATE_H

#include "base/buf.h"
#include "base/fault.h"

#include <stdbool.h>
#include <stdint.h>

#define STATE_ID_LEN 32
#define STATE_VALUE_MAX 31

struct state_key {
    uint8_t
        kind; /* what kind of value this key has; each kind belongs to one file (account.h: 'a') */
    uint8_t id[STATE_ID_LEN];
};

struct state_value {
    uint8_t len; /* 0: there is no value */
    uint8_t bytes[STATE_VALUE_MAX];
};

/* The values of keys that the state has not loaded yet. */
struct state_backing {
    /* 0 and *value (len 0 if there is none), or -1 and trouble. */
    int (*get)(void *self, const struct state_key *key, struct state_value *value, struct fault *f);
    void *self;
};

struct state;

/* An empty state over the backing (get NULL: over nothing). NULL: no memory. */
struct state *state_new(struct state_backing backing);
void state_free(struct state *s);

/* Forgets everything loaded so far; the backing is asked again. No journal may be open. */
void state_clear(struct state *s);

/* Both: 0, or -1 and trouble. state_put writes into the open journal. */
int state_get(struct state *s, const struct state_key *key, struct state_value *value,
              struct fault *f);
int state_put(struct state *s, const struct state_key *key, const struct state_value *value,
              struct fault *f);

/* Prefetches what later calls of state_get and state_put will read; among many keys, most are in no
 * cache. First for all keys their slots, then what those point to. */
enum state_step { STATE_PLACE, STATE_VALUE };
void state_prefetch(const struct state *s, const struct state_key *key, enum state_step step);

/* Opens a journal; closes it and keeps the changes, appending the journal's bytes to *out; or
 * closes it and undoes the changes. 0, or -1 and trouble. */
void state_begin(struct state *s);
int state_commit(struct state *s, struct buf *out, struct fault *f);
void state_rollback(struct state *s);

/* Undoes, or redoes, the changes of a journal from state_commit; the state must be the one right
 * after it, or right before it. No journal may be open. 0, or -1 and a fault: the bytes are not
 * such a journal. */
int state_undo(struct state *s, const void *journal, size_t n, struct fault *f);
int state_redo(struct state *s, const void *journal, size_t n, struct fault *f);

/* One key in such a journal: 1 and its value before and after, 0 if it did not change, -1 and a
 * fault: the bytes are not such a journal. */
int state_journal_find(const void *journal, size_t n, const struct state_key *key,
                       struct state_value *before, struct state_value *after, struct fault *f);

/* Calls each for every loaded key, also with value.len 0; with dirty, only for keys whose value may
 * differ from the backing's, which are then clean. Stops at the first -1 and gives it. */
int state_each(struct state *s, bool dirty,
               int (*each)(void *self, const struct state_key *key, const struct state_value *value,
                           struct fault *f),
               void *self, struct fault *f);

#endif
