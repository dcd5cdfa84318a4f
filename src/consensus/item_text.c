#include "consensus/item_text.h"

#include "base/num.h"

#include <string.h>

bool item_line(struct item_text *text, struct item_text *line)
{
    const char *newline = text->at == text->end
                              ? NULL
                              : memchr(text->at, '\n', (size_t)(text->end - text->at));
    if (newline == NULL)
        return false;
    *line = (struct item_text){text->at, newline};
    text->at = newline + 1;
    return true;
}

bool item_lines(struct item_text *text, uint64_t count, struct item_text *lines)
{
    struct item_text line;
    lines->at = text->at;
    while (count-- > 0)
        if (!item_line(text, &line))
            return false;
    lines->end = text->at;
    return true;
}

bool item_word(struct item_text *line, struct item_text *word)
{
    if (line->at >= line->end)
        return false;
    const char *space = memchr(line->at, ' ', (size_t)(line->end - line->at));
    *word = (struct item_text){line->at, space == NULL ? line->end : space};
    line->at = space == NULL ? line->end : space + 1;
    return word->at < word->end && (space == NULL || line->at < line->end);
}

bool item_is(const struct item_text *word, const char *text)
{
    size_t n = strlen(text);
    return (size_t)(word->end - word->at) == n && memcmp(word->at, text, n) == 0;
}

bool item_number(struct item_text *line, uint64_t *out)
{
    struct item_text word;
    int64_t n;
    if (!item_word(line, &word) || number_parse(word.at, (size_t)(word.end - word.at), &n) != 0)
        return false;
    *out = (uint64_t)n;
    return true;
}

int item_id(const struct item_text *word, struct node_names *names, const char *engine,
            struct proposal_id *id, struct fault *f)
{
    int64_t serial;
    const char *colon = memchr(word->at, ':', (size_t)(word->end - word->at));
    if (colon == NULL || number_parse(colon + 1, (size_t)(word->end - colon - 1), &serial) != 0 ||
        serial == 0)
        return fault_rule(f, "%s: an id is not NAME:SERIAL", engine);
    id->serial = (uint64_t)serial;
    id->client = node_names_add(names, word->at, (size_t)(colon - word->at), f);
    return id->client == NODE_NONE ? -1 : 0;
}
