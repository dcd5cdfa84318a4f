/* Reads votes and the words of which they are made. */
#include "base/hex.h"
#include "base/num.h"
#include "bft/bft_parse.h"

#include <string.h>

/* The next line, without its newline. false: there is none. */
bool bft_next_line(struct bft_cursor *c, struct bft_cursor *line)
{
    const char *newline = c->at == c->end ? NULL : memchr(c->at, '\n', (size_t)(c->end - c->at));
    if (newline == NULL)
        return false;
    *line = (struct bft_cursor){c->at, newline};
    c->at = newline + 1;
    return true;
}

/* The line's next word, which one space ends unless it is the last. */
bool bft_next_word(struct bft_cursor *line, struct bft_cursor *word)
{
    if (line->at >= line->end)
        return false;
    const char *space = memchr(line->at, ' ', (size_t)(line->end - line->at));
    *word = (struct bft_cursor){line->at, space == NULL ? line->end : space};
    line->at = space == NULL ? line->end : space + 1;
    return word->at < word->end && (space == NULL || line->at < line->end);
}

bool bft_is_word(const struct bft_cursor *word, const char *text)
{
    size_t n = strlen(text);
    return (size_t)(word->end - word->at) == n && memcmp(word->at, text, n) == 0;
}

/* A number of at most `most`. */
bool bft_next_number(struct bft_cursor *line, int64_t most, int64_t *out)
{
    struct bft_cursor word;
    return bft_next_word(line, &word) &&
           number_parse(word.at, (size_t)(word.end - word.at), out) == 0 && *out <= most;
}

int bft_parse_height(struct bft_cursor *line, uint64_t *out, struct fault *f)
{
    int64_t n;
    if (!bft_next_number(line, INT64_MAX - 1, &n) || n < 1)
        return fault_rule(f, "tendermint: a height is no number from 1");
    *out = (uint64_t)n;
    return 0;
}

static int get_round(struct bft_cursor *line, int32_t *out, struct fault *f)
{
    int64_t n;
    if (!bft_next_number(line, BFT_ROUND_MAX, &n))
        return fault_rule(f, "tendermint: a round is no number up to %d", BFT_ROUND_MAX);
    *out = (int32_t)n;
    return 0;
}

static int get_valid_round(struct bft_cursor *line, int32_t *out, struct fault *f)
{
    struct bft_cursor rest = *line, word;
    *out = -1;
    if (!bft_next_word(&rest, &word) || !bft_is_word(&word, "-"))
        return get_round(line, out, f);
    *line = rest;
    return 0;
}

static int get_step(struct bft_cursor *line, enum bft_step *out, struct fault *f)
{
    struct bft_cursor word;
    if (!bft_next_word(line, &word) ||
        (!bft_is_word(&word, bft_step_words[0]) && !bft_is_word(&word, bft_step_words[1])))
        return fault_rule(f, "tendermint: a step is neither prevote nor precommit");
    *out = bft_is_word(&word, bft_step_words[BFT_PREVOTE]) ? BFT_PREVOTE : BFT_PRECOMMIT;
    return 0;
}

static int get_signature(struct bft_cursor *line, char out[BFT_SIGNATURE_MAX + 1], struct fault *f)
{
    struct bft_cursor word;
    if (!bft_next_word(line, &word) || word.end - word.at > BFT_SIGNATURE_MAX)
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
static int get_signed(struct bft_cursor *line, struct bft_vote *v, struct node_names *names,
                      struct fault *f)
{
    struct bft_cursor word;
    if (!bft_next_word(line, &word) || word.end - word.at != (ptrdiff_t)(2 * BFT_VALUE_LEN) ||
        hex_decode(v->value, word.at, BFT_VALUE_LEN) != 0)
        return fault_rule(f, "tendermint: a value is not 64 hexadecimal digits");
    if (!bft_next_word(line, &word))
        return fault_rule(f, "tendermint: a vote has no name");
    v->node = node_names_add(names, word.at, (size_t)(word.end - word.at), f);
    return v->node == NODE_NONE ? -1 : get_signature(line, v->signature, f);
}

int bft_parse_proposal(struct bft_cursor *line, struct bft_vote *v, struct node_names *names,
                       struct fault *f)
{
    v->step = BFT_PROPOSE;
    if (bft_parse_height(line, &v->height, f) != 0 || get_round(line, &v->round, f) != 0 ||
        get_valid_round(line, &v->valid_round, f) != 0)
        return -1;
    return get_signed(line, v, names, f);
}

int bft_parse_vote(struct bft_cursor *c, struct bft_item *x, struct node_names *names,
                   struct fault *f)
{
    struct bft_cursor line;
    struct bft_vote v = {.valid_round = -1};
    if (!bft_next_line(c, &line) || bft_parse_height(&line, &v.height, f) != 0 ||
        get_round(&line, &v.round, f) != 0 || get_step(&line, &v.step, f) != 0 ||
        get_signed(&line, &v, names, f) != 0)
        return -1;
    if (line.at != line.end)
        return fault_rule(f, "tendermint: a vote has too many words");
    return bft_item_add_vote(x, &v) != 0 ? fault_memory(f) : 0;
}
