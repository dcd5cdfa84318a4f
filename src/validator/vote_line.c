#include "validator/vote_line.h"

#include "base/hex.h"
#include "base/num.h"
#include "bft/bft_item.h"
#include "record/proposal.h"
#include "record/vote.h"

#include <stdio.h>
#include <string.h>

static int put_proposal(const struct bft_vote *v, const struct signed_line *line, struct buf *out)
{
    char valid[24] = "-";
    struct proposal_line p = {.line = *line, .height = (int64_t)v->height, .round = v->round};
    memcpy(p.block, v->value, ID_LEN);
    if (v->valid_round >= 0)
        snprintf(valid, sizeof valid, "%d", v->valid_round);
    p.valid_round = (struct field){valid, strlen(valid)};
    return proposal_format(&p, out);
}

int vote_line_unsigned(const struct bft_vote *v, const uint8_t chain[ID_LEN],
                       const uint8_t key[ID_LEN], struct buf *out)
{
    struct signed_line line = {0};
    memcpy(line.chain, chain, ID_LEN);
    memcpy(line.signer, key, ID_LEN);
    if (v->step == BFT_PROPOSE)
        return put_proposal(v, &line, out);
    const char *step = bft_step_words[v->step];
    struct vote x = {.line = line, .height = (int64_t)v->height, .round = v->round};
    x.step = (struct field){step, strlen(step)};
    memcpy(x.block, v->value, ID_LEN);
    return vote_format(&x, out);
}

int vote_line_put(const struct bft_vote *v, const uint8_t chain[ID_LEN], const uint8_t key[ID_LEN],
                  struct buf *out)
{
    return vote_line_unsigned(v, chain, key, out) || buf_add(out, " ", 1) ||
                   buf_add_string(out, v->signature) || buf_add(out, "\n", 1)
               ? -1
               : 0;
}

/* What both kinds of lines have. */
static int take(struct bft_vote *v, const struct signed_line *line, int64_t height, int64_t round,
                const uint8_t chain[ID_LEN], uint8_t key[ID_LEN], struct fault *f)
{
    if (memcmp(line->chain, chain, ID_LEN))
        return fault_rule(f, "vote: another chain: %s", hex32(line->chain).text);
    if (height < 1 || round > BFT_ROUND_MAX)
        return fault_rule(f, "vote: there is no such height or round");
    v->height = (uint64_t)height;
    v->round = (int32_t)round;
    hex_encode(v->signature, line->signature, SIGNATURE_LEN);
    v->signature[2 * SIGNATURE_LEN] = '\0';
    memcpy(key, line->signer, ID_LEN);
    return 0;
}

static int read_proposal(const char *line, size_t n, const uint8_t chain[ID_LEN],
                         struct bft_vote *v, uint8_t key[ID_LEN], struct fault *f)
{
    struct proposal_line p;
    int64_t valid = -1;
    if (proposal_parse(line, n, &p, f) || take(v, &p.line, p.height, p.round, chain, key, f))
        return -1;
    if (!field_is(p.valid_round, "-") &&
        (number_parse(p.valid_round.text, p.valid_round.len, &valid) || valid >= p.round))
        return fault_rule(f, "proposal: its valid round is not before its round");
    v->step = BFT_PROPOSE;
    v->valid_round = (int32_t)valid;
    memcpy(v->value, p.block, ID_LEN);
    return 0;
}

int vote_line_read(const char *line, size_t n, const uint8_t chain[ID_LEN], struct bft_vote *v,
                   uint8_t key[ID_LEN], struct fault *f)
{
    const char word[] = "proposal ";
    struct vote x;
    *v = (struct bft_vote){.valid_round = -1};
    if (n >= sizeof word && memcmp(line, word, sizeof word - 1) == 0)
        return read_proposal(line, n, chain, v, key, f);
    if (vote_parse(line, n, &x, f) || take(v, &x.line, x.height, x.round, chain, key, f))
        return -1;
    v->step = field_is(x.step, "prevote") ? BFT_PREVOTE : BFT_PRECOMMIT;
    memcpy(v->value, x.block, ID_LEN);
    return 0;
}

int vote_line_sign(struct bft_vote *v, const uint8_t chain[ID_LEN], const struct secret_key *secret,
                   struct fault *f)
{
    struct buf text = {0};
    uint8_t signature[ED25519_SIGNATURE_LEN];
    int failed = vote_line_unsigned(v, chain, secret->public, &text)
                     ? fault_memory(f)
                     : secret_key_sign(secret, text.data, text.len, signature, f);
    buf_free(&text);
    if (failed)
        return -1;
    hex_encode(v->signature, signature, sizeof signature);
    v->signature[2 * sizeof signature] = '\0';
    return 0;
}

int vote_line_check(const struct bft_vote *v, const uint8_t chain[ID_LEN],
                    const uint8_t key[ID_LEN])
{
    struct buf text = {0};
    uint8_t signature[ED25519_SIGNATURE_LEN];
    if (strlen(v->signature) != 2 * sizeof signature ||
        hex_decode(signature, v->signature, sizeof signature))
        return 0;
    int good = vote_line_unsigned(v, chain, key, &text)
                   ? -1
                   : ed25519_check(key, signature, text.data, text.len);
    buf_free(&text);
    return good;
}
