/* linkstest: a chain with more checkpoints than links are kept, of which five of seven members link
 * each to the next, while two link all from genesis, whose lines come between those of the others;
 * and the lines of a low one, which come once more after that. Status 1 if one is not justified. */
#include "light/light_parts.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

enum { APART = 2, MEMBERS = 7, LAST = APART * (LIGHT_LINKS + 40), LOW = 20 };

static void add_head(struct light *c)
{
    struct heads *t = &c->heads;
    struct fault f;
    if (heads_reserve(t, &f))
        errx(2, "%s", f.text);
    size_t n = t->count++;
    uint32_t parent = n ? (uint32_t)n - 1 : 0;
    struct head h = {.height = (uint32_t)n, .parent = parent};
    memcpy(h.id, &h.height, sizeof h.height);
    h.jump = n ? heads_jump(t, parent) : 0;
    *head_at(t, n) = h;
    c->best = n;
}

static void add_members(struct member_set *s)
{
    struct fault f;
    for (int i = 0; i < MEMBERS; i++)
        if (member_set_add(s, &(struct member){.key = {(uint8_t)i}, .weight = 1}, &f))
            errx(2, "%s", f.text);
}

static void put_line(struct light *c, size_t i, int64_t source, size_t target,
                     const struct light_counting *sets)
{
    struct fault f;
    struct attest a = {.source_height = source, .target_height = (int64_t)target};
    memcpy(a.source, head_at(&c->heads, (size_t)source)->id, ID_LEN);
    memcpy(a.line.signer, sets->f.set->list[i].key, ID_LEN);
    if (light_has_attested(c, &a, target, target + 1))
        return;
    if (light_count(c, &a, target, target + 1, sets, &f))
        errx(2, "%s", f.text);
}

/* Whether the lines with this target have justified something. */
static bool link_to(struct light *c, size_t target, const struct light_counting *sets)
{
    size_t before = c->finality.justified.len;
    for (size_t i = 0; i < MEMBERS; i++)
        put_line(c, i, i % 4 == 1 ? 0 : (int64_t)target - APART, target, sets);
    return c->finality.justified.len > before;
}

int main(void)
{
    struct light *c = calloc(1, sizeof *c);
    struct member_set set = {0};
    if (!c)
        errx(2, "out of memory");
    add_members(&set);
    const struct light_members all = {&set, 0, true};
    const struct light_counting sets = {all, all};
    bool right = true;
    c->rules.finality = APART;
    for (int i = 0; i <= LAST + 1; i++)
        add_head(c);
    for (size_t target = APART; target <= LAST; target += APART)
        right &= link_to(c, target, &sets);
    right &= link_to(c, LOW, &sets);
    light_finality_free(&c->finality);
    heads_free(&c->heads);
    member_set_free(&set);
    free(c);
    return !right;
}
