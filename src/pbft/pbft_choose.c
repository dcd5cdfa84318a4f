/* What a new view begins with, from the view changes of a quorum (TOCS 2002, section 3.2.4, figure
 * 4). A claim of one member alone decides nothing: a batch is taken if a quorum has prepared
 * nothing against it since, and so many have pre-prepared it that one of them is not faulty. */
#include "pbft/pbft_parts.h"

/* The view changes. */
struct claims {
    const struct pbft *p;
    struct pbft_item *const *items;
    const unsigned *members;
    size_t count;
};

/* --- The checkpoint ------------------------------------------------------------------------- */

static bool has_check(const struct pbft_item *x, uint64_t seq, const struct pbft_digest *digest)
{
    for (size_t i = 0; i < x->count; i++)
        if (x->parts[i].what == 'c' && x->parts[i].seq == seq &&
            pbft_digest_equal(&x->parts[i].digest, digest))
            return true;
    return false;
}

/* Whether a view can be built on it. Every member has the checkpoint 0 (rule B6). */
static bool is_start(const struct claims *c, uint64_t seq, const struct pbft_digest *digest)
{
    uint64_t below = 0, with = 0;
    for (size_t i = 0; i < c->count; i++) {
        if (c->items[i]->low <= seq)
            below |= pbft_bit(c->members[i]);
        if ((seq == 0 && PBFT_KEEPS(&c->p->set, 6)) || has_check(c->items[i], seq, digest))
            with |= pbft_bit(c->members[i]);
    }
    return pbft_is_quorum(&c->p->weights, below) && pbft_has_honest(&c->p->weights, with);
}

/* The highest. false: there is none. */
static bool choose_start(const struct claims *c, struct pbft_choice *out)
{
    const struct pbft_digest none = {{0}};
    bool found = is_start(c, 0, &none);
    out->start = 0;
    out->digest = none;
    for (size_t i = 0; i < c->count; i++)
        for (size_t j = 0; j < c->items[i]->count; j++) {
            const struct pbft_part *x = &c->items[i]->parts[j];
            if (x->what == 'c' && x->seq > out->start && is_start(c, x->seq, &x->digest)) {
                out->start = x->seq;
                out->digest = x->digest;
                found = true;
            }
        }
    return found;
}

/* --- A sequence number ---------------------------------------------------------------------- */

/* Condition A1 for one view change: it knows of nothing prepared against (view, digest). */
static bool allows(const struct pbft_item *x, const struct pbft_part *claim)
{
    if (x->low >= claim->seq)
        return false;
    for (size_t i = 0; i < x->count; i++) {
        const struct pbft_part *other = &x->parts[i];
        if (other->what == 'p' && other->seq == claim->seq &&
            (other->view > claim->view ||
             (other->view == claim->view && !pbft_digest_equal(&other->digest, &claim->digest))))
            return false;
    }
    return true;
}

/* Condition A2: it has pre-prepared the same digest for the same number, in that view or later
 * (rule B4). */
static bool supports(const struct pbft *p, const struct pbft_item *x, const struct pbft_part *claim)
{
    for (size_t i = 0; i < x->count; i++) {
        const struct pbft_part *other = &x->parts[i];
        if (other->what == 'q' && other->seq == claim->seq &&
            ((other->view >= claim->view && pbft_digest_equal(&other->digest, &claim->digest)) ||
             !PBFT_KEEPS(&p->set, 4)))
            return true;
    }
    return false;
}

static bool is_taken(const struct claims *c, const struct pbft_part *claim)
{
    uint64_t allow = 0, support = 0;
    for (size_t i = 0; i < c->count; i++) {
        if (allows(c->items[i], claim))
            allow |= pbft_bit(c->members[i]);
        if (supports(c->p, c->items[i], claim))
            support |= pbft_bit(c->members[i]);
    }
    return pbft_is_quorum(&c->p->weights, allow) && pbft_has_honest(&c->p->weights, support);
}

/* Condition B: a quorum has prepared nothing there, so nothing was committed (rule B5). */
static bool is_nothing(const struct claims *c, uint64_t seq)
{
    uint64_t none = 0;
    for (size_t i = 0; i < c->count; i++) {
        bool has = c->items[i]->low >= seq;
        for (size_t j = 0; j < c->items[i]->count; j++)
            has |= c->items[i]->parts[j].what == 'p' && c->items[i]->parts[j].seq == seq;
        if (!has)
            none |= pbft_bit(c->members[i]);
    }
    return pbft_is_quorum(&c->p->weights, none);
}

/* The claim with the highest view that is taken; those that are not do not stand in its way (rule
 * B3). NULL: none is. */
static const struct pbft_part *find_claim(const struct claims *c, uint64_t seq)
{
    const struct pbft_part *best = NULL;
    for (size_t i = 0; i < c->count; i++)
        for (size_t j = 0; j < c->items[i]->count; j++) {
            const struct pbft_part *x = &c->items[i]->parts[j];
            if (x->what == 'p' && x->seq == seq && (best == NULL || x->view > best->view) &&
                (is_taken(c, x) || !PBFT_KEEPS(&c->p->set, 3)))
                best = x;
        }
    return best != NULL && is_taken(c, best) ? best : NULL;
}

static uint64_t highest_claim(const struct claims *c, uint64_t start)
{
    uint64_t highest = start;
    for (size_t i = 0; i < c->count; i++)
        for (size_t j = 0; j < c->items[i]->count; j++) {
            const struct pbft_part *x = &c->items[i]->parts[j];
            if (x->what == 'p' && x->seq > highest && x->seq - start <= PBFT_SLOTS)
                highest = x->seq;
        }
    return highest;
}

bool pbft_choose(const struct pbft *p, struct pbft_item *const *claims, const unsigned *members,
                 size_t count, struct pbft_choice *out)
{
    const struct claims c = {p, claims, members, count};
    size_t used = 0;
    if (!choose_start(&c, out))
        return false;
    out->count = (size_t)(highest_claim(&c, out->start) - out->start);
    for (size_t i = 0; i < out->count; i++) {
        const struct pbft_part *x = find_claim(&c, out->start + 1 + i);
        out->list[i] = x == NULL ? (struct pbft_digest){{0}} : x->digest;
        if (x != NULL && !pbft_digest_is_null(&x->digest))
            used = i + 1;
        if (x == NULL && PBFT_KEEPS(&p->set, 3) && !is_nothing(&c, out->start + 1 + i))
            return false;
    }
    out->count = used; /* null requests at the end are of no use */
    return true;
}
