/*
 * lighttest: streams of headers, members and votes, each with what a light client must say about
 * it. The scenarios are those of the traces in vectors/light (CONSENSUS.md, section 3) for our own
 * format, and what an attacker would try besides. Prints one line for each; status 1 if one is
 * judged otherwise.
 *
 * lighttest NAME: prints the stream of that case.
 *
 * lighttest ledger COUNT EVERY: prints a whole ledger of so many blocks, with `rule seal bft` and
 * one member, who hands over to the next one every EVERY blocks: so nobody who trusts one can jump
 * over that.
 */
#include "light/light.h"
#include "lightforks.h"
#include "lightjumps.h"
#include "lightsets.h"
#include "lightturns.h"
#include "lightvotes.h"

static const struct subject {
    const struct test_case *cases;
    size_t count;
} subjects[] = {
    {jump_cases, sizeof jump_cases / sizeof *jump_cases},
    {set_cases, sizeof set_cases / sizeof *set_cases},
    {vote_cases, sizeof vote_cases / sizeof *vote_cases},
    {fork_cases, sizeof fork_cases / sizeof *fork_cases},
    {turn_cases, sizeof turn_cases / sizeof *turn_cases},
};

/* --- A ledger --------------------------------------------------------------------------------- */

struct book {
    struct maker m;
    size_t member, sealer, voter; /* after the last block; of the next one; on the last one */
    int64_t seqs[KEYS];
    struct buf body;
};

static void put_admit(struct book *b, size_t from, size_t whom, int weight)
{
    char text[400];
    size_t at = b->body.len;
    int n = snprintf(text, sizeof text, "tx %s %s %" PRId64 " 0 admit %s %d",
                     hex32(b->m.chain).text, hex32(b->m.keys[from].public).text, b->seqs[from]++,
                     hex32(b->m.keys[whom].public).text, weight);
    need(buf_add(&b->body, text, (size_t)n));
    sign_line(&b->m.keys[from], &b->body, at);
}

static void hand_over(struct book *b)
{
    size_t to = (b->member + 1) % KEYS;
    put_admit(b, b->member, to, 1);
    put_admit(b, b->member, b->member, 0);
    put_admit(b, to, b->member, 0);
    b->member = to;
}

/* Writes the block after p. */
static struct made put_block(struct book *b, const struct made *p, bool last_of_member)
{
    weights now = {0};
    now[b->member] = 1;
    b->body.len = 0;
    if (p->height)
        put_vote(&b->m, b->m.chain, p->height, 0, "precommit", p->id, b->voter, &b->body);
    size_t named = b->member;
    if (p->height % 100 == 50)
        put_admit(b, b->member, b->member, 1); /* which changes nothing: a record to prove */
    if (last_of_member)
        hand_over(b);
    struct made h = make_with_body(&b->m, p->id, p->height + 1, p->time + SPACING, now, b->sealer,
                                   &b->body);
    fputs(h.line, stdout);
    if (b->body.len > 0)
        fwrite(b->body.data, 1, b->body.len, stdout);
    b->voter = b->sealer;
    b->sealer = named;
    return h;
}

static void print_ledger(struct maker m, long count, long every)
{
    struct book b = {.m = m};
    struct buf genesis = {0};
    struct made p = put_genesis(&b.m, "bft", "rule allow admit\n", just1, &genesis);
    fwrite(genesis.data, 1, genesis.len, stdout);
    for (long i = 1; i <= count; i++)
        p = put_block(&b, &p, i % every == 0);
    buf_free(&genesis);
    buf_free(&b.body);
}

/* --- Running ---------------------------------------------------------------------------------- */

static size_t count_lines(const struct buf *b)
{
    size_t n = 0;
    for (size_t i = 0; i < b->len; i++)
        n += b->data[i] == '\n';
    return n;
}

/* What the light client says: whether that is as it should be. */
static bool judge(const struct test *t, const char *name)
{
    struct span rest = {t->stream.data, t->stream.len}, text;
    struct light *c = light_new(source_memory(&rest));
    struct fault f = {0}, first = {0};
    int verdict;
    need(!c);
    light_period(c, t->within);
    while ((verdict = light_next(c, t->now, &text, &f)) != LIGHT_END) {
        if (verdict < 0)
            errx(2, "%s: %s", name, f.text);
        if (verdict == LIGHT_INVALID && !first.text[0])
            first = f;
    }
    if (t->pair.len && light_add_header(c, t->pair.data, t->pair.len - 1, t->now, &f) == 0)
        first = f;
    struct light_sum sum = light_sum(c);
    size_t evidence = count_lines(light_evidence(c));
    light_free(c);
    bool right = t->said ? strncmp(first.text, t->said, strlen(t->said)) == 0 : !first.text[0];
    right = right && (!t->line || first.line == t->line) && sum.headers == t->valid &&
            evidence == t->evidence && (t->trusted < 0 || sum.trusted == t->trusted);
    printf("%s %s\n", name, right ? "ok" : "WRONG");
    if (!right)
        printf("  line %" PRIu64 ": %s\n  headers %" PRIu64 ", trusted %" PRId64 ", height %" PRId64
               ", evidence %zu\n",
               first.line, first.text, sum.headers, sum.trusted, sum.height, evidence);
    return right;
}

/* Runs a case, or prints its stream; whether it was judged as it must be. */
static bool run(const struct test_case *c, struct maker m, bool print)
{
    struct test t = {.m = m, .now = BEGIN + 1000, .within = -1, .trusted = -1};
    t.now += strncmp(c->name, "jump_success", 12) == 0 ? 12 * DAY : 0;
    c->make(&t);
    if (print)
        fwrite(t.stream.data, 1, t.stream.len, stdout);
    bool right = print || judge(&t, c->name);
    buf_free(&t.stream);
    buf_free(&t.pair);
    return right;
}

int main(int argc, char **argv)
{
    struct maker m = maker_new(KEYS);
    bool right = true;
    if (argc > 3) {
        print_ledger(m, atol(argv[2]), atol(argv[3]));
        maker_free(&m);
        return fflush(stdout);
    }
    for (size_t s = 0; s < sizeof subjects / sizeof *subjects; s++)
        for (size_t i = 0; i < subjects[s].count; i++)
            if (argc < 2 || strcmp(argv[1], subjects[s].cases[i].name) == 0)
                right &= run(&subjects[s].cases[i], m, argc > 1);
    maker_free(&m);
    return fflush(stdout) || !right;
}
