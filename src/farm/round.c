#include "farm/round.h"

#include "farm/shares.h"

#include <stdlib.h>

static int count_fully(void *self, const struct share *s, uint64_t offset, struct fault *f)
{
    struct tally *t = self;
    uint8_t id[ID_LEN];
    bool is_block;
    (void)offset;
    if (share_judge(s, id, &is_block, f) || tally_add(t, &s->worker, share_work(s), f))
        return -1;
    struct earner *e = tally_earner(t, &s->worker);
    e->blocks += is_block;
    e->expected += share_expected(s);
    return 0;
}

int round_read_all(const char *path, struct tally *t, struct fault *f)
{
    *t = (struct tally){0};
    if (shares_read(path, count_fully, t, f))
        return -1;
    tally_sort(t);
    return 0;
}

struct counted {
    struct account account;
    struct u256 work;
};

struct reading {
    const struct round *round;
    struct tally *tally;
    struct counted *last; /* a ring of round->last shares; NULL: all count */
    size_t count;         /* ever put there */
};

static int count_one(struct reading *r, const struct share *s, struct fault *f)
{
    if (!r->last)
        return tally_add(r->tally, &s->worker, share_work(s), f);
    struct counted *c = &r->last[r->count++ % r->round->last];
    c->account = s->worker;
    c->work = share_work(s);
    return 0;
}

static int count_share(void *self, const struct share *s, uint64_t offset, struct fault *f)
{
    struct reading *r = self;
    uint8_t id[ID_LEN];
    bool is_block;
    (void)offset;
    if (share_judge(s, id, &is_block, f) || count_one(r, s, f))
        return -1;
    if (!is_block)
        return 0;
    if (memcmp(id, r->round->block, ID_LEN) == 0)
        return 1;
    int is_main = r->round->is_main(r->round->self, id, f);
    if (is_main > 0)
        tally_clear(r->tally);
    return is_main < 0 ? -1 : 0;
}

static int count_last(const struct reading *r, struct fault *f)
{
    for (size_t i = 0; r->last && i < r->round->last && i < r->count; i++)
        if (tally_add(r->tally, &r->last[i].account, r->last[i].work, f))
            return -1;
    return 0;
}

int round_read(const char *path, const struct round *r, struct tally *t, struct fault *f)
{
    struct reading reading = {.round = r, .tally = t};
    *t = (struct tally){0};
    if (r->last && !(reading.last = calloc(r->last, sizeof *reading.last)))
        return fault_memory(f);
    int found = shares_read(path, count_share, &reading, f);
    if (found > 0 && count_last(&reading, f))
        found = -1;
    free(reading.last);
    return found;
}
