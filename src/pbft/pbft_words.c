#include "pbft/pbft_words.h"

#include "base/hex.h"

int pbft_get_number(struct item_text *line, uint64_t *out, struct fault *f)
{
    return item_number(line, out) ? 0 : fault_rule(f, "pbft: a number is missing");
}

int pbft_get_node(struct item_text *line, struct node_names *names, uint32_t *out, struct fault *f)
{
    struct item_text word;
    if (!item_word(line, &word))
        return fault_rule(f, "pbft: a node's name is missing");
    *out = node_names_add(names, word.at, (size_t)(word.end - word.at), f);
    return *out == NODE_NONE ? -1 : 0;
}

int pbft_get_flag(struct item_text *line, bool *out, struct fault *f)
{
    struct item_text word;
    if (!item_word(line, &word) || (!item_is(&word, "yes") && !item_is(&word, "no")))
        return fault_rule(f, "pbft: neither yes nor no");
    *out = item_is(&word, "yes");
    return 0;
}

int pbft_get_digest(struct item_text *line, struct pbft_digest *out, struct fault *f)
{
    struct item_text word;
    *out = (struct pbft_digest){{0}};
    if (!item_word(line, &word))
        return fault_rule(f, "pbft: a digest is missing");
    if (item_is(&word, "-"))
        return 0;
    if (word.end - word.at != 2 * (ptrdiff_t)sizeof out->bytes ||
        hex_decode(out->bytes, word.at, sizeof out->bytes) != 0)
        return fault_rule(f, "pbft: a digest is not 64 hexadecimal digits, or -");
    return 0;
}
