#include "record/armor.h"

#include <string.h>

static bool begins_with(const char *line, size_t len, const char *words)
{
    size_t n = strlen(words);
    return len >= n && memcmp(line, words, n) == 0;
}

/* RFC 7468 has lines of base64 between the two, and older files have "Name: value" lines first. */
static bool is_possible_inside(const char *line, size_t len)
{
    const char *space = memchr(line, ' ', len);
    return !space || (space > line && space[-1] == ':');
}

enum armor_part armor_next(struct armor *a, const char *line, size_t len)
{
    if (begins_with(line, len, "-----BEGIN ")) {
        a->inside = true;
        return ARMOR_BEGINS;
    }
    bool was_inside = a->inside;
    bool ends = begins_with(line, len, "-----END ");
    a->inside = was_inside && !ends && is_possible_inside(line, len);
    return was_inside && (ends || a->inside) ? ARMOR_INSIDE : ARMOR_NONE;
}
