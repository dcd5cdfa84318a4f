/*
 * The state of a chain at one block: a map from keys to small values, over a backing store, with a
 * journal of every change. Operations read and write it by key alone; going back and forth between
 * blocks, snapshots and the index come from the journals, once for all operations.
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
    uint8_t kind; /* what stands under this key: each kind is one file's (account.h: 'a') */
    uint8_t id[STATE_ID_LEN];
};

struct state_value {
    uint8_t len; /* 0: nothing stands there */
    uint8_t bytes[STATE_VALUE_MAX];
};

/* Answers for keys that the state has not met yet. */
struct state_backing {
    /* 0 and *value (len 0 where there is none), or -1 and trouble. */
    int (*get)(void *self, const struct state_key *key, struct state_value *value, struct fault *f);
    void *self;
};

struct state;

/* An empty state over the backing (get NULL: over nothing). NULL: no memory. */
struct state *state_new(struct state_backing backing);
void state_free(struct state *s);

/* Forgets everything met so far; the backing answers again. No journal may be open. */
void state_clear(struct state *s);

/* Both: 0, or -1 and trouble. state_put writes into the open journal. */
int state_get(struct state *s, const struct state_key *key, struct state_value *value,
              struct fault *f);
int state_put(struct state *s, const struct state_key *key, const struct state_value *value,
              struct fault *f);

/* Has the processor fetch what state_get and state_put will look at, for who knows ahead what he
 * asks: of many keys, most lie where no cache has them. First the place of all of them; then, where
 * that points to. */
enum state_step { STATE_PLACE, STATE_VALUE };
void state_prefetch(const struct state *s, const struct state_key *key, enum state_step step);

/* Opens a journal; closes it and keeps the changes, putting the journal's bytes behind what *out
 * holds; or closes it and takes the changes back. 0, or -1 and trouble. */
void state_begin(struct state *s);
int state_commit(struct state *s, struct buf *out, struct fault *f);
void state_rollback(struct state *s);

/* Takes back, or makes again, the changes of a journal that state_commit gave: the state must stand
 * right behind it, or right before it. No journal may be open. 0, or -1 and a fault: the bytes are
 * no such journal. */
int state_undo(struct state *s, const void *journal, size_t n, struct fault *f);
int state_redo(struct state *s, const void *journal, size_t n, struct fault *f);

/* What such a journal says of one key: 1 and its value before and after, 0 where it did not change,
 * -1 and a fault: the bytes are no such journal. */
int state_journal_find(const void *journal, size_t n, const struct state_key *key,
                       struct state_value *before, struct state_value *after, struct fault *f);

/* Calls each for every key met, value.len 0 included; with dirty only for those whose value may
 * differ from the backing's, which after that count as equal to it. Stops at the first -1 and gives
 * it. */
int state_each(struct state *s, bool dirty,
               int (*each)(void *self, const struct state_key *key, const struct state_value *value,
                           struct fault *f),
               void *self, struct fault *f);

#endif
