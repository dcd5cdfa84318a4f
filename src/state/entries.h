/*
 * The entries of the state as lines of text, and their places (state(5), "Entries"). Each kind of
 * keys whose values are such entries has a row of a table in entries.c; other kinds are not part of
 * the state's hash.
 */
#ifndef STATE_ENTRIES_H
#define STATE_ENTRIES_H

#include "record/state_entry.h"
#include "state/state.h"

struct entry_kind {
    uint8_t kind;
    /* Writes the part of an entry that names it, whose hash is its place, and gives its length.
     * NULL: the key's id is the place itself. */
    size_t (*name)(const struct state_key *key, char out[STATE_ENTRY_MAX]);
    /* Writes the entry of a key with this value, which may be empty; gives its length, 0 if there
     * is none, or -1: the value is broken. */
    int (*line)(const struct state_key *key, const struct state_value *value,
                char out[STATE_ENTRY_MAX]);
};

/* The rows, from 0; NULL: there are no more. */
const struct entry_kind *entry_kind_at(size_t row);

/* The row of a kind; NULL: it has no entries. */
const struct entry_kind *entry_kind_of(uint8_t kind);

/* The place of a key that has entries. */
void entry_place(const struct state_key *key, uint8_t place[STATE_ID_LEN]);

#endif
