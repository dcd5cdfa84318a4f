#include "farm/cover.h"

#include "base/array.h"
#include "hash/sha256.h"

#include <stdlib.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

/* The range that a ticket requests or a receipt covers. */
struct range {
    uint64_t first, last, line;
    struct account worker;
};

struct ranges {
    struct range *list;
    size_t count, cap;
};

/* Ranges are compared with each other if header and share are the same. An all-zero share, which no
 * ticket has, marks a sealed header. The key is a hash because others choose what is hashed: with
 * keys of their choice they could make the table slow. */
struct group {
    uint8_t key[ID_LEN];    /* the hash of the next two */
    uint8_t header[ID_LEN]; /* the hash of the header without its seal */
    uint8_t share[ID_LEN];
    struct block block;
    struct ranges asked, done;
    UT_hash_handle hh;
};

struct cover {
    struct group *groups;
    size_t count;
};

struct cover *cover_new(void)
{
    return calloc(1, sizeof(struct cover));
}

void cover_free(struct cover *c)
{
    struct group *g, *next;
    if (!c)
        return;
    HASH_ITER(hh, c->groups, g, next)
    {
        HASH_DEL(c->groups, g);
        free(g->asked.list);
        free(g->done.list);
        free(g);
    }
    free(c);
}

static const uint8_t sealed[ID_LEN];

static int hash_header(const struct block *b, uint8_t hash[ID_LEN])
{
    struct block unsealed = *b;
    struct buf header = {0};
    unsealed.seal.len = 0;
    int result = block_format(&unsealed, &header);
    if (!result)
        sha256(header.data, header.len, hash);
    buf_free(&header);
    return result;
}

/* The group of this header and share, or NULL; and its key in any case. */
static struct group *find(struct cover *c, const uint8_t header[ID_LEN],
                          const uint8_t share[ID_LEN], uint8_t key[ID_LEN])
{
    struct group *g;
    struct sha256 h;
    sha256_init(&h);
    sha256_update(&h, header, ID_LEN);
    sha256_update(&h, share, ID_LEN);
    sha256_final(&h, key);
    HASH_FIND(hh, c->groups, key, ID_LEN, g);
    return g;
}

static bool is_sealed(struct cover *c, const struct group *g)
{
    uint8_t key[ID_LEN];
    return find(c, g->header, sealed, key) != NULL;
}

/* Finds or makes the group of this header and share. NULL: no memory. */
static struct group *group_of(struct cover *c, const struct block *b, const uint8_t share[ID_LEN])
{
    uint8_t key[ID_LEN], header[ID_LEN];
    if (hash_header(b, header))
        return NULL;
    struct group *g = find(c, header, share, key);
    if (g || !(g = calloc(1, sizeof *g)))
        return g;
    memcpy(g->key, key, ID_LEN);
    memcpy(g->header, header, ID_LEN);
    memcpy(g->share, share, ID_LEN);
    g->block = *b;
    g->block.seal.len = 0;
    HASH_ADD(hh, c->groups, key, sizeof g->key, g);
    if (g->hh.tbl)
        return g;
    free(g);
    return NULL;
}

static int add_range(struct cover *c, struct ranges *to, const struct ticket *t, uint64_t line,
                     struct fault *f)
{
    if (c->count == COVER_MAX)
        return fault_trouble(f, "over %d tickets and receipts", COVER_MAX);
    if (ARRAY_RESERVE(to->list, to->cap, to->count + 1))
        return fault_memory(f);
    struct range *s = &to->list[to->count++];
    *s = (struct range){.first = t->first, .last = t->last, .line = line};
    s->worker = t->worker;
    c->count++;
    return 0;
}

int cover_ticket(struct cover *c, const struct ticket *t, uint64_t line, struct fault *f)
{
    struct group *g = group_of(c, &t->block, t->share);
    return g ? add_range(c, &g->asked, t, line, f) : fault_memory(f);
}

int cover_receipt(struct cover *c, const struct receipt *r, uint64_t line, struct fault *f)
{
    struct group *g = group_of(c, &r->ticket.block, r->ticket.share);
    return g ? add_range(c, &g->done, &r->ticket, line, f) : fault_memory(f);
}

int cover_block(struct cover *c, const struct block *b, struct fault *f)
{
    if (c->count == COVER_MAX)
        return fault_trouble(f, "over %d tickets and receipts", COVER_MAX);
    c->count++;
    return group_of(c, b, sealed) ? 0 : fault_memory(f);
}

static int by_first(const void *a, const void *b)
{
    const struct range *x = a, *y = b;
    if (x->first != y->first)
        return x->first < y->first ? -1 : 1;
    return x->line < y->line ? -1 : x->line > y->line;
}

static void sort(struct ranges *s)
{
    if (s->count)
        qsort(s->list, s->count, sizeof *s->list, by_first);
}

static void report_twice(const struct ranges *done, const struct cover_calls *calls)
{
    const struct range *reach = done->list; /* the range that reaches furthest so far */
    for (size_t i = 1; i < done->count; i++) {
        const struct range *s = &done->list[i];
        if (s->first <= reach->last)
            calls->overlap(calls->self, s->line, s->first,
                           s->last < reach->last ? s->last : reach->last, reach->line);
        if (s->last > reach->last)
            reach = s;
    }
}

/* Reports which parts of a ticket's range are not done, from *at on, and moves *at past the range.
 * The search in the done ranges begins at *done, which moves too. False: the range ends at the last
 * nonce. */
static bool report_rest(const struct group *g, const struct range *asked, uint64_t *at,
                        size_t *done, const struct cover_calls *calls)
{
    struct ticket t = {.block = g->block};
    memcpy(t.share, g->share, ID_LEN);
    t.worker = asked->worker;
    if (*at < asked->first)
        *at = asked->first;
    while (*at <= asked->last) {
        while (*done < g->done.count && g->done.list[*done].last < *at)
            ++*done;
        const struct range *d = *done < g->done.count ? &g->done.list[*done] : NULL;
        if (!d || d->first > *at) {
            t.first = *at;
            t.last = d && d->first <= asked->last ? d->first - 1 : asked->last;
            calls->uncovered(calls->self, &t);
        } else {
            t.last = d->last < asked->last ? d->last : asked->last;
        }
        if (t.last == UINT64_MAX)
            return false;
        *at = t.last + 1;
    }
    return true;
}

void cover_end(struct cover *c, const struct cover_calls *calls)
{
    for (struct group *g = c->groups; g; g = g->hh.next) {
        uint64_t at = 0;
        size_t done = 0;
        bool is_over = is_sealed(c, g);
        sort(&g->asked);
        sort(&g->done);
        report_twice(&g->done, calls);
        for (size_t i = 0; !is_over && i < g->asked.count; i++)
            if (!report_rest(g, &g->asked.list[i], &at, &done, calls))
                break;
    }
}
