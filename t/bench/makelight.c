/*
 * makelight COUNT MEMBERS EVERY: writes the headers of a chain of COUNT blocks with `rule seal bft`
 * as a light client reads them, the same bytes in every run: the genesis block, headers, and where
 * the members change, which is every EVERY blocks, their lines and votes. Each change replaces one
 * member by another.
 *
 * makelight -j COUNT MEMBERS EVERY: the same chain, but only what is needed to jump from each
 * change of a quarter of the members to the next.
 *
 * makelight -b COUNT MEMBERS: a ledger of such blocks, each with the votes for the one before it,
 * of members who stay.
 *
 * makelight -v MEMBERS ROUNDS: prints the seconds that it takes to judge a header with a vote of
 * each of so many members, and to check as many signatures alone.
 */
#include "../lib/lightchain.h"
#include "light/light.h"

#include <time.h>

struct chain {
    struct maker m;
    int64_t *weights,
        *next; /* of the set that seals the next block, and of the one in its header */
    size_t members, changes;
    struct made tip;
    struct buf out;
};

static int64_t clock_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void flush(struct chain *c)
{
    if (fwrite(c->out.data, 1, c->out.len, stdout) != c->out.len)
        err(2, "stdout");
    c->out.len = 0;
}

/* One member leaves, and another comes. */
static void change(struct chain *c)
{
    size_t from = c->changes % c->m.count, to = (from + c->members) % c->m.count;
    c->next[from] = 0;
    c->next[to] = 1;
    c->changes++;
}

static size_t any_member(const struct chain *c, int64_t height)
{
    size_t i = (size_t)height % c->m.count;
    while (!c->weights[i])
        i = (i + 1) % c->m.count;
    return i;
}

static struct made next_header(struct chain *c)
{
    return make_next(&c->m, &c->tip, c->next, any_member(c, c->tip.height));
}

static void step(struct chain *c, int64_t every, int64_t count, bool jumps)
{
    int64_t height = c->tip.height + 1;
    int64_t far = jumps ? every * (int64_t)(c->members / 4) : every;
    bool changes = height % every == 0;
    struct made below = c->tip;
    if (changes)
        change(c);
    c->tip = next_header(c);
    bool shown = height % far == 0 || height == count;
    if (jumps && shown && below.height > 0) {
        put_header(&below, &c->out);
        put_set(&c->m, c->weights, &c->out);
    }
    if (!jumps || shown)
        put_header(&c->tip, &c->out);
    if (shown) {
        put_set(&c->m, c->next, &c->out);
        put_votes(&c->m, &c->tip, 0, c->weights, &c->out);
    }
    memcpy(c->weights, c->next, c->m.count * sizeof *c->weights);
    flush(c);
}

static void begin(struct chain *c, size_t members, size_t keys)
{
    *c = (struct chain){.m = maker_new(keys), .members = members};
    c->weights = calloc(keys, sizeof *c->weights);
    c->next = calloc(keys, sizeof *c->next);
    need(!c->weights || !c->next);
    for (size_t i = 0; i < members; i++)
        c->weights[i] = c->next[i] = 1;
    c->tip = put_genesis(&c->m, "bft", "", c->weights, &c->out);
}

static void end(struct chain *c)
{
    maker_free(&c->m);
    free(c->weights);
    free(c->next);
    buf_free(&c->out);
}

/* Seconds for a light client to judge all of it. */
static double judge(const struct buf *stream)
{
    struct span rest = {stream->data, stream->len}, text;
    struct light *l = light_new(source_memory(&rest));
    struct fault f;
    need(!l);
    int64_t began = clock_us();
    while (light_next(l, -1, &text, &f) == LIGHT_VALID)
        ;
    double took = (double)(clock_us() - began) / 1e6;
    need(light_sum(l).trusted == 0);
    light_free(l);
    return took;
}

/* ... and for as many signatures of the same keys, of the same length, in batches of a header's. */
static double check(const struct buf *votes, size_t members, size_t rounds)
{
    struct sigjob *jobs = calloc(members, sizeof *jobs);
    struct vote *list = calloc(members, sizeof *list);
    const char *at = votes->data;
    struct fault f;
    need(!jobs || !list || ed25519_load(&f));
    int64_t took = 0;
    for (size_t r = 0; r < rounds; r++) {
        for (size_t i = 0; i < members; i++) {
            const char *newline = strchr(at, '\n');
            need(vote_parse(at, (size_t)(newline - at), &list[i], &f));
            const struct signed_line *s = &list[i].line;
            jobs[i] = (struct sigjob){s->signer, s->signature, s->text, .len = s->signed_len};
            at = newline + 1;
        }
        int64_t began = clock_us();
        ed25519_check_all(jobs, NULL, members);
        took += clock_us() - began;
        for (size_t i = 0; i < members; i++)
            need(!jobs[i].valid);
    }
    free(jobs);
    free(list);
    return (double)took / 1e6;
}

static void compare(size_t members, size_t rounds)
{
    struct chain c;
    begin(&c, members, members);
    struct buf votes = {0};
    for (size_t r = 0; r < rounds; r++) {
        c.tip = next_header(&c);
        put_header(&c.tip, &c.out);
        put_votes(&c.m, &c.tip, 0, c.weights, &c.out);
        put_votes(&c.m, &c.tip, 0, c.weights, &votes);
    }
    need(buf_add(&votes, "", 1));
    double judged = judge(&c.out);
    printf("%.6f %.6f\n", judged, check(&votes, members, rounds));
    buf_free(&votes);
    end(&c);
}

static void make_blocks(int64_t count, size_t members)
{
    struct chain c;
    struct buf body = {0};
    begin(&c, members, members);
    while (c.tip.height < count) {
        body.len = 0;
        if (c.tip.height > 0)
            put_votes(&c.m, &c.tip, 0, c.weights, &body);
        c.tip = make_with_body(&c.m, c.tip.id, c.tip.height + 1, c.tip.time + SPACING, c.weights,
                               any_member(&c, c.tip.height), &body);
        put_header(&c.tip, &c.out);
        need(buf_add(&c.out, body.data, body.len));
        flush(&c);
    }
    buf_free(&body);
    end(&c);
}

int main(int argc, char **argv)
{
    bool jumps = argc > 1 && strcmp(argv[1], "-j") == 0;
    if (argc == 4 && strcmp(argv[1], "-v") == 0) {
        compare((size_t)atol(argv[2]), (size_t)atol(argv[3]));
        return fflush(stdout) ? 2 : 0;
    }
    if (argc == 4 && strcmp(argv[1], "-b") == 0) {
        make_blocks(atol(argv[2]), (size_t)atol(argv[3]));
        return fflush(stdout) ? 2 : 0;
    }
    if (argc != 4 + jumps)
        errx(2, "usage: makelight [-j] COUNT MEMBERS EVERY | -b COUNT MEMBERS | -v MEMBERS ROUNDS");
    int64_t count = atol(argv[jumps + 1]), every = atol(argv[jumps + 3]);
    size_t members = (size_t)atol(argv[jumps + 2]);
    struct chain c;
    begin(&c, members, 3 * members);
    flush(&c);
    while (c.tip.height < count)
        step(&c, every, count, jumps);
    end(&c);
    return fflush(stdout) ? 2 : 0;
}
