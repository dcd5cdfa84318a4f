#include "pbft/pbft_words.h"

#include "base/hex.h"
#include "base/num.h"

#include <string.h>

bool pbft_next_line(struct pbft_cursor *c, struct pbft_cursor *line)
{
    const char *newline = c->at == c->end ? NULL : memchr(c->at, '\n', (size_t)(c->end - c->at));
    if (newline == NULL)
        return false;
    *line = (struct pbft_cursor){c->at, newline};
    c->at = newline + 1;
    return true;
}

bool pbft_cut_lines(struct pbft_cursor *c, uint64_t lines, struct pbft_cursor *out)
{
    struct pbft_cursor line;
    out->at = c->at;
    for (; lines > 0; lines--)
        if (!pbft_next_line(c, &line))
            return false;
    out->end = c->at;
    return true;
}

bool pbft_next_word(struct pbft_cursor *line, struct pbft_cursor *word)
{
    if (line->at >= line->end)
        return false;
    const char *space = memchr(line->at, ' ', (size_t)(line->end - line->at));
    *word = (struct pbft_cursor){line->at, space == NULL ? line->end : space};
    line->at = space == NULL ? line->end : space + 1;
    return word->at < word->end && (space == NULL || line->at < line->end);
}

bool pbft_is_word(const struct pbft_cursor *word, const char *text)
{
    size_t n = strlen(text);
    return (size_t)(word->end - word->at) == n && memcmp(word->at, text, n) == 0;
}

int pbft_get_number(struct pbft_cursor *line, uint64_t *out, struct fault *f)
{
    struct pbft_cursor word;
    int64_t n;
    if (!pbft_next_word(line, &word) ||
        number_parse(word.at, (size_t)(word.end - word.at), &n) != 0)
        return fault_rule(f, "pbft: a number is missing");
    *out = (uint64_t)n;
    return 0;
}

int pbft_get_node(struct pbft_cursor *line, struct node_names *names, uint32_t *out,
                  struct fault *f)
{
    struct pbft_cursor word;
    if (!pbft_next_word(line, &word))
        return fault_rule(f, "pbft: a node's name is missing");
    *out = node_names_add(names, word.at, (size_t)(word.end - word.at), f);
    return *out == NODE_NONE ? -1 : 0;
}

int pbft_get_flag(struct pbft_cursor *line, bool *out, struct fault *f)
{
    struct pbft_cursor word;
    if (!pbft_next_word(line, &word) || (!pbft_is_word(&word, "yes") && !pbft_is_word(&word, "no")))
        return fault_rule(f, "pbft: neither yes nor no");
    *out = pbft_is_word(&word, "yes");
    return 0;
}

int pbft_get_digest(struct pbft_cursor *line, struct pbft_digest *out, struct fault *f)
{
    struct pbft_cursor word;
    *out = (struct pbft_digest){{0}};
    if (!pbft_next_word(line, &word))
        return fault_rule(f, "pbft: a digest is missing");
    if (pbft_is_word(&word, "-"))
        return 0;
    if (word.end - word.at != 2 * (ptrdiff_t)sizeof out->bytes ||
        hex_decode(out->bytes, word.at, sizeof out->bytes) != 0)
        return fault_rule(f, "pbft: a digest is not 64 hexadecimal digits, or -");
    return 0;
}
