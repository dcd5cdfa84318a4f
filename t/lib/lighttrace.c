/*
 * lighttrace: replays the traces of Tendermint's light client that lighttraces.py prints, by our
 * own rules: the same validators with the same power, who has signed, sets, heights and times, in
 * our format (verify(1), "Chains that members seal"). Prints a line for each block, with our
 * verdict and theirs; status 1 if one differs.
 *
 * Where our format makes a scenario another one:
 *
 *   - A set is named by the header below, so that comes along: a block upon the trusted one is the
 *     next header if it claims the set in that one, and else a jump from a rival of it.
 *   - Those who did not sign have no line, so their number is not checked; nor are votes for none.
 *   - A header may be 60 s ahead of the clock; a header must be a spacing younger than the one
 * below. So the times are stretched: a second of the trace is 100 s, and the spacing is one.
 *   - At the very end of the trusting period a header is still trusted.
 *   - The trace begins at some header; ours with a jump from genesis to it, at height START.
 *   - A header below the trusted one counts for proofs, if it is signed as well as one above.
 */
#include "light/light.h"
#include "lightchain.h"

enum { KEYS = 16, START = 10, STRETCH = 200 };

typedef int64_t powers[KEYS];

struct replay {
    struct maker m;
    struct light *light;
    struct span nothing; /* its source */
    char name[128];
    int64_t period, height, time; /* of the initial header of the trace: nanoseconds */
    struct made tip;              /* the trusted header */
    powers next;                  /* its set */
    bool differs;
};

struct trace_block {
    int64_t height, time, now;
    bool claims_other; /* a set that nobody knows */
    powers claimed, set, claimed_next, next, signers;
    int other;
    char verdict[32];
};

/* Reads a set; whether it is one. */
static bool read_set(const char *text, powers out)
{
    memset(out, 0, sizeof(powers));
    if (strcmp(text, "?") == 0) {
        out[KEYS - 1] = 7;
        return false;
    }
    for (const char *at = text; at && *at != '-'; at = strchr(at, ',')) {
        char *end;
        at += *at == ',';
        unsigned long i = strtoul(at, &end, 10);
        need(i >= KEYS || *end != ':');
        out[i] = strtol(end + 1, NULL, 10);
    }
    return true;
}

static int64_t our_time(int64_t nanoseconds)
{
    return BEGIN + nanoseconds / 1000000 * STRETCH / 1000;
}

/* The first key of a set, or the first of all. */
static size_t first_of(const powers set)
{
    for (size_t i = 0; i < KEYS; i++)
        if (set[i])
            return i;
    return 0;
}

/* Appends a header with its set, and the votes of these; other: for another block. */
static void put_whole(struct replay *r, const struct made *h, const powers set,
                      const powers signers, bool other, struct buf *out)
{
    struct made voted = *h;
    voted.id[0] ^= (uint8_t)other;
    put_header(h, out);
    put_set(&r->m, set, out);
    put_votes(&r->m, &voted, 0, signers, out);
}

/* Two headers: one with the set that votes, and what it votes on. */
static struct made put_jump(struct replay *r, const struct trace_block *b, int64_t height,
                            int64_t time, struct buf *out)
{
    uint8_t prev[ID_LEN];
    size_t miner = first_of(b->claimed);
    sha256(&height, sizeof height, prev);
    struct made below = make_header(&r->m, prev, height - 1, time - SPACING, b->claimed, miner);
    put_header(&below, out);
    put_set(&r->m, b->set, out);
    struct made h = make_header(&r->m, below.id, height, time, b->claimed_next, miner);
    put_whole(r, &h, b->next, b->signers, b->other, out);
    return h;
}

static const char *judge(struct replay *r, const struct buf *text, int64_t now, struct fault *f)
{
    int valid = light_add_header(r->light, text->data, text->len - 1, now, f);
    if (valid < 0)
        errx(2, "%s: %s", r->name, f->text);
    if (valid)
        return "SUCCESS";
    return strncmp(f->text, LIGHT_NOT_ENOUGH, sizeof LIGHT_NOT_ENOUGH - 1) == 0 ? "NOT_ENOUGH_TRUST"
                                                                                : "INVALID";
}

static void replay_block(struct replay *r, const struct trace_block *b)
{
    struct buf text = {0};
    struct fault f = {.text = ""};
    struct made h;
    int64_t height = START + b->height - r->height, time = our_time(b->time);
    bool is_next = height == r->tip.height + 1 && !b->claims_other &&
                   memcmp(b->claimed, r->next, sizeof(powers)) == 0;
    if (is_next) {
        h = make_header(&r->m, r->tip.id, height, time, b->claimed_next, first_of(b->claimed));
        put_whole(r, &h, b->next, b->signers, b->other, &text);
    } else {
        h = put_jump(r, b, height, time, &text);
    }
    const char *verdict = judge(r, &text, our_time(b->now), &f);
    bool same = strcmp(verdict, b->verdict) == 0;
    printf("%s %" PRId64 " %s %s%s%s\n", r->name, b->height, verdict, same ? "ok" : "WRONG",
           *f.text ? ": " : "", f.text);
    r->differs |= !same;
    if (strcmp(verdict, "SUCCESS") == 0 && height > r->tip.height) {
        r->tip = h;
        memcpy(r->next, b->next, sizeof(powers));
    }
    buf_free(&text);
}

/* Begins: a jump from genesis to the initial header. */
static void begin(struct replay *r)
{
    struct buf genesis = {0}, text = {0};
    struct fault f;
    struct trace_block b = {.height = 0};
    int64_t time = our_time(r->time);
    light_free(r->light);
    r->light = light_new(source_memory(&r->nothing));
    need(!r->light);
    memcpy(b.claimed, r->next, sizeof(powers));
    memcpy(b.set, r->next, sizeof(powers));
    memcpy(b.claimed_next, r->next, sizeof(powers));
    memcpy(b.next, r->next, sizeof(powers));
    memcpy(b.signers, r->next, sizeof(powers));
    put_genesis(&r->m, "bft", "", r->next, &genesis);
    if (light_add_genesis(r->light, genesis.data, genesis.len, &f) != 1)
        errx(2, "genesis: %s", f.text);
    light_period(r->light, r->period / 1000000 * STRETCH / 1000);
    r->tip = put_jump(r, &b, START, time, &text);
    if (light_add_header(r->light, text.data, text.len - 1, time, &f) != 1)
        errx(2, "%s: the initial header: %s", r->name, f.text);
    buf_free(&genesis);
    buf_free(&text);
}

enum { SET_LEN = 512 };

static bool take_trace(struct replay *r, const char *line)
{
    char next[SET_LEN];
    if (sscanf(line, "trace %127s %" SCNd64 " %" SCNd64 " %" SCNd64 " %511s", r->name, &r->period,
               &r->height, &r->time, next) != 5)
        return false;
    read_set(next, r->next);
    begin(r);
    return true;
}

static bool take_block(struct replay *r, const char *line)
{
    struct trace_block b;
    char claimed[SET_LEN], set[SET_LEN], claimed_next[SET_LEN], next[SET_LEN], signers[SET_LEN];
    if (sscanf(line,
               "block %" SCNd64 " %" SCNd64 " %" SCNd64 " %511s %511s %511s %511s %511s %d %31s",
               &b.height, &b.time, &b.now, claimed, set, claimed_next, next, signers, &b.other,
               b.verdict) != 10)
        return false;
    b.claims_other = !read_set(claimed, b.claimed);
    read_set(claimed_next, b.claimed_next);
    read_set(set, b.set);
    read_set(next, b.next);
    read_set(signers, b.signers);
    replay_block(r, &b);
    return true;
}

int main(void)
{
    struct replay r = {.m = maker_new(KEYS)};
    char line[8 * SET_LEN];
    while (fgets(line, sizeof line, stdin))
        if (!take_trace(&r, line) && !(r.light && take_block(&r, line)))
            errx(2, "not a trace: %s", line);
    light_free(r.light);
    maker_free(&r.m);
    return fflush(stdout) || r.differs;
}
