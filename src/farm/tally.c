#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "farm/tally.h"

#include "hash/sha256.h"

#include <endian.h>
#include <stdlib.h>

/* A 256-bit number as a fraction of 2^256, with an error of less than a billionth. */
static double as_part(const uint8_t bytes[ID_LEN])
{
    double sum = 0;
    for (int i = 3; i >= 0; i--) {
        uint64_t word;
        memcpy(&word, bytes + 8 * i, sizeof word);
        sum = (sum + (double)be64toh(word)) * 0x1p-64;
    }
    return sum;
}

struct u256 share_work(const struct share *s)
{
    return target_work(s->share);
}

double share_expected(const struct share *s)
{
    return as_part(s->block.target) / as_part(s->share);
}

int share_judge(const struct share *s, uint8_t id[ID_LEN], bool *is_block, struct fault *f)
{
    sha256(s->header.text, s->header.len, id);
    *is_block = target_met(id, s->block.target);
    return target_met(id, s->share) ? 0 : fault_rule(f, "share: its id is over its share");
}

struct earner *tally_earner(struct tally *t, const struct account *account)
{
    struct earner *e;
    HASH_FIND(hh, t->earners, account, sizeof *account, e);
    if (e || HASH_COUNT(t->earners) >= TALLY_MAX || !(e = calloc(1, sizeof *e)))
        return e;
    e->account = *account;
    HASH_ADD(hh, t->earners, account, sizeof e->account, e);
    if (e->hh.tbl)
        return e;
    free(e);
    return NULL;
}

int tally_add(struct tally *t, const struct account *account, struct u256 work, struct fault *f)
{
    struct earner *e = tally_earner(t, account);
    if (!e)
        return fault_trouble(f, "out of memory, or over %d accounts", TALLY_MAX);
    e->shares++;
    e->work = u256_add(e->work, work);
    t->work = u256_add(t->work, work);
    return 0;
}

void tally_clear(struct tally *t)
{
    struct earner *e, *next;
    HASH_ITER(hh, t->earners, e, next)
    {
        HASH_DEL(t->earners, e);
        free(e);
    }
    *t = (struct tally){0};
}

static int by_account(const struct earner *a, const struct earner *b)
{
    return account_compare(&a->account, &b->account);
}

static int by_work(const struct earner *a, const struct earner *b)
{
    int order = u256_compare(b->work, a->work);
    return order ? order : by_account(a, b);
}

void tally_sort(struct tally *t)
{
    HASH_SORT(t->earners, by_account);
}

/* sum * work / all, rounded down; no intermediate result is over 2^256. */
static int64_t part(int64_t sum, struct u256 work, struct u256 all)
{
    uint32_t high = (uint32_t)((uint64_t)sum >> 32), low = (uint32_t)sum;
    struct u256 product = u256_add(u256_scale(work, high, 32), u256_scale(work, low, 0));
    return (int64_t)u256_divide(product, all).word[0];
}

int tally_divide(struct tally *t, int64_t sum, struct fault *f)
{
    int64_t left = sum;
    if (t->work.word[3])
        return fault_trouble(f, "shares of over 2^192 attempts");
    for (struct earner *e = t->earners; e; e = e->hh.next) {
        e->amount = part(sum, e->work, t->work);
        left -= e->amount;
    }
    HASH_SORT(t->earners, by_work);
    for (struct earner *e = t->earners; e && left > 0; e = e->hh.next, left--)
        e->amount++;
    tally_sort(t);
    return 0;
}
