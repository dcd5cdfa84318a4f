#include "watch/culprits.h"

#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

struct signer_id {
    uint8_t chain[ID_LEN], key[ID_LEN];
};

struct signer {
    struct signer_id id;
    bool is_told;
    int64_t source, target; /* the highest heights that it has attested; -1: none */
    UT_hash_handle hh;
};

/* What an honest member signs one line about. */
struct place {
    struct signer_id by;
    int64_t kind, height, round;
    uint8_t more[ID_LEN]; /* of a vote, its step; of a header, its parent */
};

struct kept {
    struct place place;
    UT_hash_handle hh;
    size_t len;
    char line[];
};

struct culprits {
    struct kept *of_ledgers, *others; /* queues, oldest first */
    struct signer *signers;           /* a queue, too */
    size_t limit;
};

struct culprits *culprits_new(size_t limit)
{
    struct culprits *c = calloc(1, sizeof *c);
    if (c)
        c->limit = limit;
    return c;
}

static void drop_line(struct kept **list, struct kept *k)
{
    HASH_DEL(*list, k);
    free(k);
}

static void drop_signer(struct culprits *c, struct signer *s)
{
    HASH_DEL(c->signers, s);
    free(s);
}

void culprits_free(struct culprits *c)
{
    if (!c)
        return;
    while (c->of_ledgers)
        drop_line(&c->of_ledgers, c->of_ledgers);
    while (c->others)
        drop_line(&c->others, c->others);
    while (c->signers)
        drop_signer(c, c->signers);
    free(c);
}

static struct place place_of(const struct signer_id *by, const struct evidence *e)
{
    struct place p;
    memset(&p, 0, sizeof p); /* it is compared byte by byte */
    p.by = *by;
    p.kind = e->kind - evidence_kinds;
    if (strcmp(e->kind->word, "vote") == 0) {
        p.height = e->as.vote.height;
        p.round = e->as.vote.round;
        memcpy(p.more, e->as.vote.step.text, e->as.vote.step.len); /* one of two words */
    } else if (strcmp(e->kind->word, "proposal") == 0) {
        p.height = e->as.proposal.height;
        p.round = e->as.proposal.round;
    } else if (strcmp(e->kind->word, "attest") == 0) {
        p.height = e->as.attest.target_height;
    } else {
        memcpy(p.more, e->as.block.prev, ID_LEN);
    }
    return p;
}

/* NULL: no memory. */
static struct signer *signer_of(struct culprits *c, const struct signer_id *id)
{
    struct signer *s;
    HASH_FIND(hh, c->signers, id, sizeof *id, s);
    if (s)
        return s;
    if (HASH_COUNT(c->signers) >= c->limit)
        drop_signer(c, c->signers);
    s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    *s = (struct signer){.id = *id, .source = -1, .target = -1};
    HASH_ADD(hh, c->signers, id, sizeof s->id, s);
    if (s->hh.tbl)
        return s;
    free(s);
    return NULL;
}

static int keep(struct kept **list, size_t limit, const struct place *place,
                const struct evidence *e)
{
    struct kept *k = calloc(1, sizeof *k + e->text.len);
    if (!k)
        return -1;
    k->place = *place;
    k->len = e->text.len;
    memcpy(k->line, e->text.text, e->text.len);
    HASH_ADD(hh, *list, place, sizeof k->place, k);
    if (!k->hh.tbl) {
        free(k);
        return -1;
    }
    if (HASH_COUNT(*list) > limit)
        drop_line(list, *list);
    return 0;
}

/* Whether the line that was kept and this one are evidence; then both, in ascending order. */
static bool contradicts(const struct kept *k, const struct evidence *e, struct evidence *one,
                        struct evidence *other)
{
    struct evidence was;
    struct fault no;
    if (evidence_parse(e->kind, (struct field){k->line, k->len}, &was, &no))
        return false;
    for (int turned = 0; turned < 2; turned++) {
        *one = turned ? *e : was;
        *other = turned ? was : *e;
        if (evidence_check(one, other, &no) == 0)
            return true;
    }
    return false;
}

static const struct kept *at_place(const struct culprits *c, const struct place *place)
{
    struct kept *k;
    HASH_FIND(hh, c->of_ledgers, place, sizeof *place, k);
    if (!k)
        HASH_FIND(hh, c->others, place, sizeof *place, k);
    return k;
}

/* Looks among all attest lines of this signer. Only a line with an earlier source or target than
 * one before it can surround that, or be surrounded by it, and an honest signer has hardly any. */
static bool surrounds(const struct culprits *c, const struct signer *s, const struct evidence *e,
                      struct evidence *one, struct evidence *other)
{
    const struct kept *lists[] = {c->of_ledgers, c->others};
    if (e->as.attest.source_height >= s->source && e->as.attest.target_height >= s->target)
        return false;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        for (const struct kept *k = lists[i]; k; k = k->hh.next)
            if (k->place.kind == e->kind - evidence_kinds &&
                memcmp(&k->place.by, &s->id, sizeof s->id) == 0 && contradicts(k, e, one, other))
                return true;
    return false;
}

static void note_attest(struct signer *s, const struct attest *a)
{
    if (a->source_height > s->source)
        s->source = a->source_height;
    if (a->target_height > s->target)
        s->target = a->target_height;
}

int culprits_add(struct culprits *c, const uint8_t chain[ID_LEN], const struct evidence *e,
                 bool of_ledger, struct evidence *one, struct evidence *other)
{
    struct signer_id by;
    memcpy(by.chain, chain, ID_LEN);
    memcpy(by.key, e->key, ID_LEN);
    struct signer *s = signer_of(c, &by);
    if (!s)
        return -1;
    if (s->is_told)
        return 0;
    bool is_attest = strcmp(e->kind->word, "attest") == 0;
    struct place place = place_of(&by, e);
    const struct kept *k = at_place(c, &place);
    s->is_told = k ? contradicts(k, e, one, other) : is_attest && surrounds(c, s, e, one, other);
    if (s->is_told || k)
        return s->is_told;
    if (is_attest)
        note_attest(s, &e->as.attest);
    return keep(of_ledger ? &c->of_ledgers : &c->others, c->limit, &place, e);
}
