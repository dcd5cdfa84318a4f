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
#define STATE_VALUE_MAX 255

struct state_key {
    uint8_t kind; /* of its value; each kind belongs to one file (account.h: 'a') */
    uint8_t id[STATE_ID_LEN];
};

struct state_value {
    uint8_t len; /* 0: there is no value */
    uint8_t bytes[STATE_VALUE_MAX];
};

/* What walks call for a key and its value: 0 to go on; anything else ends the walk, which gives it
 * (-1: with a fault). */
typedef int state_visit(void *self, const struct state_key *key, const struct state_value *value,
                        struct fault *f);

/* The values of keys that the state has not loaded yet. */
struct state_backing {
    /* 0 and *value (len 0 if there is none), or -1 and trouble. */
    int (*get)(void *self, const struct state_key *key, struct state_value *value, struct fault *f);
    /* Visits every key of this kind that has a value, by id. A visit may call get. */
    int (*walk)(void *self, uint8_t kind, state_visit *visit, void *visitor, struct fault *f);
    void *self;
};

struct state;

/* An empty state over the backing ({0}: over nothing). NULL: no memory. */
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

/* The store that the state is over. */
const struct state_backing *state_below(const struct state *s);

/* Visits every key of a kind that has a value, loaded or not, by id. A visit may read the state,
 * but neither changes it nor walks over this kind. Gives what the last visit gave. */
int state_walk(struct state *s, uint8_t kind, state_visit *visit, void *self, struct fault *f);

/* Visits every key of a kind that was ever loaded, in order of loading, also if it has no value
 * (len 0). */
int state_loaded(struct state *s, uint8_t kind, state_visit *visit, void *self, struct fault *f);

/* Visits the keys of all kinds whose value may differ from the backing's, which counts as having it
 * from then on. */
int state_flush(struct state *s, state_visit *visit, void *self, struct fault *f);

#endif
