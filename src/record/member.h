/*
 * Members of a chain and sets of them (block(5), "Members"): lines `member ACCOUNT WEIGHT`.
 */
#ifndef RECORD_MEMBER_H
#define RECORD_MEMBER_H

#include "base/buf.h"
#include "record/field.h"

#define MEMBERS_MAX 1000
#define MEMBER_LINE_MAX (7 + 2 * ID_LEN + 1 + 19 + 1) /* with a newline or a NUL */

struct member {
    uint8_t key[ID_LEN]; /* Ed25519 */
    int64_t weight;      /* at least 1 */
};

/* Parses a line that line_check let through. 0, or -1 and a rule: its form, a key that is not
 * canonical or of small order, a weight of 0. */
int member_parse(const char *line, size_t len, struct member *m, struct fault *f);

/* Parses the field of a member's key, under the same rule. */
int member_key_field(struct field x, const char *what, uint8_t key[ID_LEN], struct fault *f);

/* Writes the line, without a newline but with a NUL, and gives its length. */
size_t member_format(const struct member *m, char out[MEMBER_LINE_MAX]);

/* Ascending by key, none twice. All zero is an empty set; free it with member_set_free. */
struct member_set {
    struct member *list;
    size_t count, cap;
    int64_t weight; /* of all together, at most 2^63-1 */
};

void member_set_free(struct member_set *s);

/* Appends a member: 0, or -1 and a rule if it does not come after the last one, or the set would
 * have over MEMBERS_MAX members or a weight over 2^63-1; or trouble: no memory. */
int member_set_add(struct member_set *s, const struct member *m, struct fault *f);

/* The member with this key, or NULL. Its number in the set, from 0, is its place in the list. */
const struct member *member_set_find(const struct member_set *s, const uint8_t key[ID_LEN]);

/* Whether members of weight w are more than two thirds of the set, 3w > 2W, without overflow. */
bool member_set_two_thirds(const struct member_set *s, int64_t w);

/* The set's root: the Merkle root (hash/merkle.h) of the ids of its member lines. This is what a
 * header's TARGET says. */
void member_set_root(const struct member_set *s, uint8_t root[ID_LEN]);

#endif
