/*
 * Accounts, "Lines and fields" in tx(5): one type for all forms of them, whatever else they say.
 * What is signed by one key alone (peers, members, checkpoints) names that key in 32 bytes.
 */
#ifndef RECORD_ACCOUNT_H
#define RECORD_ACCOUNT_H

#include "base/hex.h"
#include "record/field.h"

/* The letter in front of the digits. Which forms a chain has its rules say: see rules_account. */
enum account_form {
    ACCOUNT_KEY = 0,       /* no letter: an Ed25519 public key */
    ACCOUNT_POLICY = 'p',  /* the SHA-256 of a policy (policy.h) */
    ACCOUNT_SLH_DSA = 's', /* an SLH-DSA-SHA2-128s public key (FIPS 205) */
};

struct account {
    uint8_t form; /* enum account_form */
    uint8_t id[ID_LEN];
};

#define ACCOUNT_TEXT_MAX (1 + 2 * ID_LEN) /* bytes of its longest text */

/* An account's text, NUL-terminated, and its length. */
struct account_text {
    char text[ACCOUNT_TEXT_MAX + 1];
    size_t len;
};
struct account_text account_text(const struct account *a);

/* The account of an Ed25519 public key. */
struct account account_of_key(const uint8_t key[ID_LEN]);

/* Less than, equal to or greater than 0: in the order of their texts, byte by byte. */
int account_compare(const struct account *a, const struct account *b);

static inline bool account_equal(const struct account *a, const struct account *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

/* Whether one key alone signs for the account. */
static inline bool account_is_key(const struct account *a)
{
    return a->form != ACCOUNT_POLICY;
}

/* Parses one field. 0, or -1 and a rule that begins with what (the field's name). */
int account_field(struct field x, const char *what, struct account *out, struct fault *f);

/* The same on the fast path (field.h). */
bool cursor_account(struct cursor *c, struct account *out);

/* Takes one field, the last of the line too (field.h). */
int cursor_take_account(struct cursor *c, const char *what, struct account *out, struct fault *f);

#endif
