#include "lookup/lookup_named.h"

size_t lookup_place(const struct lookup *l, const struct node_id *id)
{
    size_t low = 0, high = l->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (node_id_compare(&l->target, &l->candidates[middle].contact.id, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void lookup_note_namer(struct lookup_candidate *c, const struct node_id *namer)
{
    for (unsigned i = 0; namer != NULL && i < c->namer_count && i < LOOKUP_NAMERS_MAX; i++)
        if (node_id_equal(&c->namers[i], namer))
            return;
    if (namer == NULL || c->namer_count >= LOOKUP_NAMERS_MAX)
        c->namer_count = LOOKUP_NAMERS_MAX + 1;
    else
        c->namers[c->namer_count++] = *namer;
}

/* Whether too many of those that it named have not answered. */
static bool is_charged(const struct lookup_candidate *c)
{
    return c->charged >= LOOKUP_CHARGES * (c->good + 1);
}

/* The namer, which has answered; NULL: it is no candidate any more. */
static struct lookup_candidate *namer_of(const struct lookup *l, const struct node_id *id)
{
    for (size_t at = lookup_place(l, id); at < l->count; at++) {
        struct lookup_candidate *it = &l->candidates[at];
        if (!node_id_equal(&it->contact.id, id))
            break;
        if (it->state == LOOKUP_ANSWERED)
            return it;
    }
    return NULL;
}

bool lookup_is_doubted(const struct lookup *l, size_t i)
{
    const struct lookup_candidate *c = &l->candidates[i];
    if (!l->doubts || c->state != LOOKUP_UNASKED || c->namer_count > LOOKUP_NAMERS_MAX)
        return false;
    for (unsigned n = 0; n < c->namer_count; n++) {
        const struct lookup_candidate *namer = namer_of(l, &c->namers[n]);
        if (namer == NULL || !is_charged(namer))
            return false;
    }
    return true;
}

static unsigned known_namers(const struct lookup_candidate *c)
{
    return c->namer_count < LOOKUP_NAMERS_MAX ? c->namer_count : LOOKUP_NAMERS_MAX;
}

void lookup_charge(struct lookup *l, struct lookup_candidate *c)
{
    c->blamed = known_namers(c);
    for (unsigned n = 0; n < c->blamed; n++) {
        struct lookup_candidate *namer = namer_of(l, &c->namers[n]);
        if (namer == NULL)
            continue;
        namer->charged++;
        l->doubts |= is_charged(namer);
    }
}

void lookup_credit(struct lookup *l, const struct lookup_candidate *c)
{
    const bool late = c->state == LOOKUP_SLOW;
    const unsigned count = late ? c->blamed : known_namers(c);
    for (unsigned n = 0; n < count; n++) {
        struct lookup_candidate *namer = namer_of(l, &c->namers[n]);
        if (namer == NULL)
            continue;
        namer->good++;
        namer->charged -= late && namer->charged > 0; /* its id may have two addresses */
    }
}
