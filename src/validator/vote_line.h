/* What the engine's votes and proposals are outside of it: lines `vote ...' and `proposal ...' of a
 * chain (vote(5)), signed by a member's key. */
#ifndef VALIDATOR_VOTE_LINE_H
#define VALIDATOR_VOTE_LINE_H

#include "base/buf.h"
#include "bft/bft_vote.h"
#include "crypto/secret_key.h"
#include "record/field.h"

/* Appends the line as its signer signs it, without signature. 0, or -1: no memory. */
int vote_line_unsigned(const struct bft_vote *v, const uint8_t chain[ID_LEN],
                       const uint8_t key[ID_LEN], struct buf *out);

/* Appends the line that v->signature completes, with a newline. 0, or -1: no memory. */
int vote_line_put(const struct bft_vote *v, const uint8_t chain[ID_LEN], const uint8_t key[ID_LEN],
                  struct buf *out);

/* Reads a line of n bytes, without its newline, that line_check let through: all of *v but its
 * node, and who signed it. The signature is not checked. 0, or -1 and a rule: another chain's, a
 * round or a height that the engine has not, or no vote or proposal at all. */
int vote_line_read(const char *line, size_t n, const uint8_t chain[ID_LEN], struct bft_vote *v,
                   uint8_t key[ID_LEN], struct fault *f);

/* Fills v->signature. 0, or -1 and trouble. */
int vote_line_sign(struct bft_vote *v, const uint8_t chain[ID_LEN], const struct secret_key *secret,
                   struct fault *f);

/* Whether v->signature is that of this key: 1 or 0, or -1: no memory. */
int vote_line_check(const struct bft_vote *v, const uint8_t chain[ID_LEN],
                    const uint8_t key[ID_LEN]);

#endif
