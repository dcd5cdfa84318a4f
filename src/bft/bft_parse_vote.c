/* Reads votes and the words of which they are made. */
#include "base/hex.h"
#include "base/num.h"
#include "bft/bft_parse.h"

#include <string.h>

/* A number of at most `most`. */
bool bft_next_number(struct item_text *line, int64_t most, int64_t *out)
{
    struct item_text word;
    return item_word(line, &word) &&
           number_parse(word.at, (size_t)(word.end - word.at), out) == 0 && *out <= most;
}

int bft_parse_height(struct item_text *line, uint64_t *out, struct fault *f)
{
    int64_t n;
    if (!bft_next_number(line, INT64_MAX - 1, &n) || n < 1)
        return fault_rule(f, "tendermint: a height is no number from 1");
    *out = (uint64_t)n;
    return 0;
}

static int get_round(struct item_text *line, int32_t *out, struct fault *f)
{
    int64_t n;
    if (!bft_next_number(line, BFT_ROUND_MAX, &n))
        return fault_rule(f, "tendermint: a round is no number up to %d", BFT_ROUND_MAX);
    *out = (int32_t)n;
    return 0;
}

static int get_valid_round(struct item_text *line, int32_t *out, struct fault *f)
{
    struct item_text rest = *line, word;
    *out = -1;
    if (!item_word(&rest, &word) || !item_is(&word, "-"))
        return get_round(line, out, f);
    *line = rest;
    return 0;
}

static int get_step(struct item_text *line, enum bft_step *out, struct fault *f)
{
    struct item_text word;
    if (!item_word(line, &word) ||
        (!item_is(&word, bft_step_words[0]) && !item_is(&word, bft_step_words[1])))
        return fault_rule(f, "tendermint: a step is neither prevote nor precommit");
    *out = item_is(&word, bft_step_words[BFT_PREVOTE]) ? BFT_PREVOTE : BFT_PRECOMMIT;
    return 0;
}

static int get_signature(struct item_text *line, char out[BFT_SIGNATURE_MAX + 1], struct fault *f)
{
    struct item_text word;
    if (!item_word(line, &word) || word.end - word.at > BFT_SIGNATURE_MAX)
        return fault_rule(f, "tendermint: a signature is missing, or longer than %d characters",
                          BFT_SIGNATURE_MAX);
    for (const char *c = word.at; c < word.end; c++)
        if (*c < '!' || *c > '~')
            return fault_rule(f, "tendermint: a signature is not printable");
    memcpy(out, word.at, (size_t)(word.end - word.at));
    out[word.end - word.at] = '\0';
    return 0;
}

/* VALUE NAME SIGNATURE, which end both kinds of line. */
static int get_signed(struct item_text *line, struct bft_vote *v, struct node_names *names,
                      struct fault *f)
{
    struct item_text word;
    if (!item_word(line, &word) || word.end - word.at != (ptrdiff_t)(2 * BFT_VALUE_LEN) ||
        hex_decode(v->value, word.at, BFT_VALUE_LEN) != 0)
        return fault_rule(f, "tendermint: a value is not 64 hexadecimal digits");
    if (!item_word(line, &word))
        return fault_rule(f, "tendermint: a vote has no name");
    v->node = node_names_add(names, word.at, (size_t)(word.end - word.at), f);
    return v->node == NODE_NONE ? -1 : get_signature(line, v->signature, f);
}

int bft_parse_proposal(struct item_text *line, struct bft_vote *v, struct node_names *names,
                       struct fault *f)
{
    v->step = BFT_PROPOSE;
    if (bft_parse_height(line, &v->height, f) != 0 || get_round(line, &v->round, f) != 0 ||
        get_valid_round(line, &v->valid_round, f) != 0)
        return -1;
    return get_signed(line, v, names, f);
}

int bft_parse_vote(struct item_text *c, struct bft_item *x, struct node_names *names,
                   struct fault *f)
{
    struct item_text line;
    struct bft_vote v = {.valid_round = -1};
    if (!item_line(c, &line) || bft_parse_height(&line, &v.height, f) != 0 ||
        get_round(&line, &v.round, f) != 0 || get_step(&line, &v.step, f) != 0 ||
        get_signed(&line, &v, names, f) != 0)
        return -1;
    if (line.at != line.end)
        return fault_rule(f, "tendermint: a vote has too many words");
    return bft_item_add_vote(x, &v) != 0 ? fault_memory(f) : 0;
}
