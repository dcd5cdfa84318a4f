/*
 * light/light over chains that members seal, whose headers, sets and votes are really signed. A
 * stream is made of what an honest majority signs, in any pieces, and of what up to a third of each
 * set signs against it, with any byte changed. Whatever comes: what is trusted is the honest chain,
 * and what is passed on is passed on again.
 */
#include "../lib/lightchain.h"
#include "fuzz.h"
#include "light/light.h"

/* The keys below BAD are not honest; they have at most a third of each set. */
enum { KEYS = 7, BAD = 2, CHAIN_MAX = 64, NOW = BEGIN + SPACING * CHAIN_MAX };

typedef int64_t weights[KEYS];

struct run {
    struct maker m;
    const uint8_t *at, *end;
    struct buf stream;
    struct made honest[CHAIN_MAX]; /* the chain */
    weights sets[CHAIN_MAX];       /* the one that each header names */
    size_t height, shown;          /* of the chain; the last height in the stream */
};

static uint8_t byte(struct run *r)
{
    return r->at < r->end ? *r->at++ : 0;
}

/* Another set: of the honest keys any, at least three, one of which is heavy; all others of it have
 * at most a third. */
static void choose_set(struct run *r, weights set)
{
    uint8_t which = byte(r);
    memset(set, 0, sizeof(weights));
    for (size_t i = BAD; i < KEYS; i++)
        set[i] = (which >> i & 1) ? 2 : 0;
    set[BAD + which % (KEYS - BAD)] = 2;
    int64_t honest = 0;
    for (size_t i = BAD; i < KEYS; i++)
        honest += set[i];
    set[which & 1] = honest / 2;
}

static size_t honest_member(const weights set)
{
    for (size_t i = BAD; i < KEYS; i++)
        if (set[i])
            return i;
    return 0;
}

/* The honest chain grows by one, which is not shown yet. */
static void grow(struct run *r, bool changes)
{
    if (r->height + 1 == CHAIN_MAX)
        return;
    const weights *set = &r->sets[r->height];
    r->height++;
    memcpy(r->sets[r->height], *set, sizeof *set);
    if (changes)
        choose_set(r, r->sets[r->height]);
    r->honest[r->height] = make_next(&r->m, &r->honest[r->height - 1], r->sets[r->height],
                                     honest_member(*set));
}

/* Votes of the honest members of the set that votes on this height, and of more. */
static void put_honest_votes(struct run *r, size_t height, bool all)
{
    weights voters;
    memcpy(voters, r->sets[height - 1], sizeof voters);
    for (size_t i = 0; i < BAD && !all; i++)
        voters[i] = 0;
    put_votes(&r->m, &r->honest[height], 0, voters, &r->stream);
}

/* Shows a height: its header, its set, its votes, or not. */
static void show(struct run *r, size_t height, uint8_t what)
{
    put_header(&r->honest[height], &r->stream);
    if (what & 1)
        put_set(&r->m, r->sets[height], &r->stream);
    if (height > 0 && what & 2)
        put_honest_votes(r, height, what & 4);
    r->shown = height;
}

/* What those who are not honest sign: a header on any of the chain, with a set of their own. */
static void forge(struct run *r, uint8_t where)
{
    size_t height = where % (r->height + 1);
    weights theirs = {1, 1};
    bool keeps = byte(r) & 1;
    struct made h = make_next(&r->m, &r->honest[height], keeps ? r->sets[height] : theirs,
                              byte(r) % BAD);
    put_header(&h, &r->stream);
    put_set(&r->m, keeps ? r->sets[height] : theirs, &r->stream);
    put_votes(&r->m, &h, 0, theirs, &r->stream);
    if (byte(r) & 1) {
        h = make_next(&r->m, &h, theirs, 0);
        put_header(&h, &r->stream);
        put_set(&r->m, theirs, &r->stream);
        put_votes(&r->m, &h, 0, theirs, &r->stream);
    }
}

/* A jump to a set of their own. */
static void forge_jump(struct run *r)
{
    static const uint8_t nowhere[ID_LEN] = {1};
    weights theirs = {1, 1};
    int64_t height = (int64_t)r->height + 1 + byte(r) % 4;
    struct made h = make_header(&r->m, nowhere, height, BEGIN + SPACING * height, theirs,
                                byte(r) % BAD);
    put_header(&h, &r->stream);
    put_set(&r->m, theirs, &r->stream);
    h = make_next(&r->m, &h, theirs, 0);
    put_header(&h, &r->stream);
    put_votes(&r->m, &h, 0, theirs, &r->stream);
}

static void change_byte(struct run *r)
{
    size_t back = 1 + (size_t)byte(r) * 256 + byte(r);
    uint8_t to = byte(r);
    if (back < r->stream.len)
        r->stream.data[r->stream.len - back] = (char)to;
}

static void step(struct run *r)
{
    uint8_t op = byte(r), what = op >> 4;
    switch (op & 7) {
    case 0:
    case 1:
        grow(r, op & 8);
        show(r, r->height, what | 2);
        break;
    case 2:
        grow(r, op & 8);
        break;
    case 3: /* a jump */
        if (r->height > 1) {
            show(r, r->height - 1, 1);
            show(r, r->height, what | 3);
        }
        break;
    case 4:
        show(r, byte(r) % (r->height + 1), what);
        break;
    case 5:
        if (op & 8)
            forge_jump(r);
        else
            forge(r, what);
        break;
    case 6:
        change_byte(r);
        break;
    default:
        if (r->shown < r->height)
            show(r, r->shown + 1, what);
    }
}

/* Gives what was passed on; checks what is trusted. */
static struct buf judge(const struct run *r, const struct buf *stream, bool again)
{
    struct pieces p = {
        .bytes = stream->data, .len = stream->len, .dice = fingerprint(stream->data, stream->len)};
    struct light *c = light_new(pieces_source(&p));
    struct buf passed = {0};
    struct span text;
    struct fault f;
    int verdict;
    size_t n;
    must(c);
    while ((verdict = light_next(c, NOW, &text, &f)) != LIGHT_END) {
        must(verdict == LIGHT_VALID || (verdict == LIGHT_INVALID && f.text[0]));
        must(!again || verdict == LIGHT_VALID || f.line == 0);
        if (verdict == LIGHT_VALID)
            must(buf_add(&passed, text.at, text.len) == 0 && buf_add(&passed, "\n", 1) == 0);
    }
    struct light_sum sum = light_sum(c);
    if (sum.by_votes && light_find(c, r->honest[0].id, &n, &f) == 1) {
        must(sum.trusted <= (int64_t)r->height);
        must(light_find(c, r->honest[sum.trusted].id, &n, &f) == 1);
        must(light_is_on(c, n, light_best(c)));
    }
    light_free(c);
    return passed;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct maker m;
    struct run r = {.at = data, .end = data + (n < 200 ? n : 200)};
    if (!m.count)
        m = maker_new(KEYS);
    r.m = m;
    choose_set(&r, r.sets[0]);
    r.honest[0] = put_genesis(&r.m, "bft", "", r.sets[0], &r.stream);
    while (r.at < r.end)
        step(&r);
    struct buf passed = judge(&r, &r.stream, false);
    if (passed.len && memcmp(passed.data, r.honest[0].line, strlen(r.honest[0].line)) == 0) {
        struct buf second = judge(&r, &passed, true);
        must_equal(passed.data, passed.len, second.data, second.len);
        buf_free(&second);
    }
    buf_free(&passed);
    buf_free(&r.stream);
    return 0;
}
