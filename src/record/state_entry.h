/*
 * The entries of the state, as lines of text (state(5), "Entries"): what somebody has. They are no
 * records of their own: they are hashed into the root of a `state` line, and end `present` and
 * `absent` lines.
 */
#ifndef RECORD_STATE_ENTRY_H
#define RECORD_STATE_ENTRY_H

#include "record/field.h"

/* Bytes of the longest entry. */
#define STATE_ENTRY_MAX 256

/* Checks an entry's form, each field of its kind; *named is then the length of the part that names
 * it, whose hash is its place. 0, or -1 and a rule that begins with what. */
int state_entry_check(struct field entry, const char *what, size_t *named, struct fault *f);

#endif
