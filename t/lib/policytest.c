/*
 * Every proof of a few policies, and every other form of it.
 *
 *     policytest subsets [print]   for each policy, branch, subset of signers, preimage and height:
 *                                  the proof is accepted if and only if it is legal. print: each
 *                                  case is a line "HEIGHT yes|no TX"
 *     policytest forms             nothing like an accepted line is accepted: fields dropped,
 *                                  added, doubled, swapped, in capitals, with zeros in front;
 * spaces added; the same signed again; signers in another order
 *
 * What is legal is counted here from the case, not from the line.
 */
#include "base/hex.h"
#include "crypto/secret_key.h"
#include "hash/sha256.h"
#include "record/policy_make.h"
#include "record/rules.h"
#include "state/apply.h"
#include "stream/jobs.h"

#include <err.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEYS = 5, POLICIES = 5, BRANCHES = 3, SUBSETS = 1 << KEYS, LOCK = 10 };

enum shown { ABSENT, RIGHT, WRONG, SHORT, LONG, CAPITAL, SHOWN };

/* A branch in words: which keys, of which so many sign. */
struct plan {
    unsigned keys; /* a bit each; 0: there is no such branch */
    unsigned signers;
    int64_t after;
    bool hash;
};

static const struct plan plans[POLICIES][BRANCHES] = {
    {{7, 2, 0, false}, {8, 1, LOCK, false}, {2, 1, 0, true}},
    {{1, 1, 0, false}},
    {{15, 3, LOCK, true}, {16, 1, LOCK + 2, false}},
    {{3, 2, 0, true}, {3, 2, LOCK, false}, {31, 5, 0, false}},
    {{31, 1, LOCK, true}, {30, 4, 0, false}},
};

struct bench {
    struct secret_key keys[KEYS]; /* ascending */
    struct account accounts[KEYS];
    char secret[65]; /* the preimage */
    struct rules rules;
    struct state *state;
    uint8_t chain[ID_LEN];
    struct policy policy; /* the one that is tried */
    struct account from;
    struct buf text;
    long cases, accepted;
    bool print;
};

static void must(bool holds, const char *what, const struct buf *line)
{
    if (!holds)
        errx(1, "%s: %.*s", what, (int)line->len, line->data);
}

static void good(int failed, const struct fault *f)
{
    if (failed)
        errx(1, "%s", f->text);
}

static void add(struct buf *out, const char *format, ...)
{
    char part[512];
    va_list args;
    va_start(args, format);
    vsnprintf(part, sizeof part, format, args);
    va_end(args);
    if (buf_add_string(out, part))
        err(2, NULL);
}

/* --- The chain -------------------------------------------------------------------------------- */

static int by_public(const void *a, const void *b)
{
    const struct secret_key *x = a, *y = b;
    return memcmp(x->public, y->public, sizeof x->public);
}

static void make_keys(struct bench *t)
{
    struct fault f;
    for (int i = 0; i < KEYS; i++) {
        char text[] = "policy key 0";
        text[sizeof text - 2] += (char)i;
        good(secret_key_from_text(&t->keys[i], text, strlen(text), &f), &f);
    }
    qsort(t->keys, KEYS, sizeof *t->keys, by_public);
    for (int i = 0; i < KEYS; i++)
        t->accounts[i] = account_of_key(t->keys[i].public);
}

static void set_up(struct bench *t)
{
    static const char *const rules[] = {"rule minfee 1", "rule allow policy"};
    struct fault f;
    uint8_t secret[ID_LEN];
    make_keys(t);
    sha256("secret", 6, secret);
    memcpy(t->secret, hex32(secret).text, sizeof t->secret);
    sha256("chain", 5, t->chain);
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        good(rules_read(&t->rules, rules[i], strlen(rules[i]), &f), &f);
    if (!(t->state = state_new((struct state_backing){0})))
        err(2, NULL);
}

static void tear_down(struct bench *t)
{
    for (int i = 0; i < KEYS; i++)
        secret_key_wipe(&t->keys[i]);
    state_free(t->state);
    buf_free(&t->text);
}

static void make_policy(struct bench *t, const struct plan plan[BRANCHES])
{
    struct fault f;
    struct policy p = {0};
    for (; p.count < BRANCHES && plan[p.count].keys; p.count++) {
        const struct plan *from = &plan[p.count];
        struct policy_branch *b = &p.branches[p.count];
        for (int i = KEYS - 1; i >= 0; i--)
            if (from->keys >> i & 1)
                good(policy_add_key(b, &t->accounts[i], &f), &f);
        b->signers = from->signers;
        b->after = from->after;
        b->has_hash = from->hash;
        policy_hash(t->secret, b->hash);
    }
    t->text.len = 0;
    if (policy_format(&p, &t->text))
        err(2, NULL);
    good(policy_parse(t->text.data, t->text.len, &t->policy, &f), &f);
    t->from = policy_account(&t->policy);
}

/* --- A verdict -------------------------------------------------------------------------------- */

static bool are_valid(const struct tx *tx)
{
    struct sigjob jobs[TX_JOBS_MAX];
    struct job_bytes room[TX_JOBS_MAX];
    struct fault f;
    tx_jobs(tx, jobs, room);
    for (size_t i = 0; i < tx_signature_count(tx); i++)
        if (sigjob_check(&jobs[i], &f) != 1)
            return false;
    return true;
}

static bool is_applied(struct bench *t, const struct tx *tx, int64_t height)
{
    struct apply_context in = {
        .state = t->state, .chain = t->chain, .rules = &t->rules, .height = height};
    struct account_state has = {1000, 0};
    struct fault f;
    int64_t fees = 0;
    state_begin(t->state);
    good(account_put(t->state, &t->from, &has, &f), &f);
    bool yes = apply_tx(&in, tx, &fees, &f) == 0;
    state_rollback(t->state);
    return yes;
}

/* Whether a block of this height may hold the line. */
static bool accepts(struct bench *t, const struct buf *line, int64_t height)
{
    struct tx tx;
    struct fault f;
    return line->len && line_check(line->data, line->len, &f) == 0 &&
           tx_parse(line->data, line->len, &tx, &f) == 0 && is_applied(t, &tx, height) &&
           are_valid(&tx);
}

/* --- Lines ------------------------------------------------------------------------------------ */

static void add_pair(struct bench *t, int key, struct buf *out)
{
    struct signature_text signature;
    struct fault f;
    add(out, " %s", account_text(&t->accounts[key]).text);
    good(secret_key_sign_text(&t->keys[key], out->data, out->len, &signature, &f), &f);
    add(out, " %s", signature.text);
}

static void add_preimage(const struct bench *t, enum shown shown, struct buf *out)
{
    char digits[2 * ID_LEN + 2];
    if (shown == ABSENT)
        return;
    memcpy(digits, t->secret, sizeof t->secret);
    if (shown == WRONG)
        digits[0] = digits[0] == '0' ? '1' : '0';
    if (shown == SHORT)
        digits[2 * ID_LEN - 1] = 0;
    if (shown == LONG)
        memcpy(digits + 2 * ID_LEN, "0", 2);
    for (char *c = digits; shown == CAPITAL && *c; c++)
        *c = (char)(*c >= 'a' ? *c - 'a' + 'A' : *c);
    add(out, " show %s", digits);
}

/* The line up to its signatures. */
static void begin_line(struct bench *t, unsigned branch, enum shown shown, struct buf *out)
{
    out->len = 0;
    add(out, "tx %s %s 0 1 pay ", hex32(t->chain).text, account_text(&t->from).text);
    add(out, "%s 10 - ", account_text(&t->accounts[0]).text);
    if (buf_add(out, t->text.data, t->text.len))
        err(2, NULL);
    add(out, " by %u", branch);
    add_preimage(t, shown, out);
}

static void make_line(struct bench *t, unsigned branch, enum shown shown, unsigned subset,
                      struct buf *out)
{
    begin_line(t, branch, shown, out);
    for (int i = 0; i < KEYS; i++)
        if (subset >> i & 1)
            add_pair(t, i, out);
}

/* --- Subsets ---------------------------------------------------------------------------------- */

static unsigned size_of(unsigned subset)
{
    unsigned n = 0;
    for (; subset; subset &= subset - 1)
        n++;
    return n;
}

/* Whatever the height. */
static bool is_legal(const struct plan *b, enum shown shown, unsigned subset)
{
    return b->keys && size_of(subset) == b->signers && (subset & ~b->keys) == 0 &&
           shown == (b->hash ? RIGHT : ABSENT);
}

static void try_heights(struct bench *t, const struct plan *b, bool legal, const struct buf *line)
{
    for (int64_t height = LOCK - 1; height <= LOCK + 3; height++) {
        bool yes = accepts(t, line, height);
        must(yes == (legal && height >= b->after), yes ? "accepted" : "refused", line);
        t->cases++;
        t->accepted += yes;
        if (t->print)
            printf("%lld %s %.*s\n", (long long)height, yes ? "yes" : "no", (int)line->len,
                   line->data);
    }
}

static void try_subsets(struct bench *t)
{
    static const struct plan none;
    struct buf line = {0};
    for (int p = 0; p < POLICIES; p++) {
        make_policy(t, plans[p]);
        for (unsigned branch = 0; branch <= t->policy.count; branch++) {
            const struct plan *b = branch < t->policy.count ? &plans[p][branch] : &none;
            for (unsigned subset = 0; subset < SUBSETS; subset++)
                for (enum shown shown = ABSENT; shown < SHOWN; shown++) {
                    make_line(t, branch, shown, subset, &line);
                    try_heights(t, b, is_legal(b, shown, subset), &line);
                }
        }
    }
    buf_free(&line);
}

/* --- Forms ------------------------------------------------------------------------------------ */

enum { FIELDS = 128 };

struct split {
    char *copy;
    char *fields[FIELDS];
    size_t count;
};

static struct split split(const struct buf *line)
{
    struct split s = {.copy = strndup(line->data, line->len)};
    char *rest = s.copy;
    while (rest && s.count < FIELDS)
        s.fields[s.count++] = strsep(&rest, " ");
    return s;
}

enum way { DROP, DOUBLE, SWAP, ZERO, CAPITALS, SPACE, TAB, CUT, WAYS };

static void add_field(const char *x, enum way way, struct buf *out)
{
    size_t from = out->len;
    if ((way == ZERO && buf_add_string(out, "0")) || buf_add_string(out, x) ||
        (way == DOUBLE && (buf_add_string(out, " ") || buf_add_string(out, x))) ||
        (way == SPACE && buf_add_string(out, " ")) || (way == TAB && buf_add_string(out, "\t")))
        err(2, NULL);
    for (char *c = out->data + from; way == CAPITALS && c < out->data + out->len; c++)
        *c = (char)(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c);
    out->len -= way == CUT;
}

/* The line with this field spoilt. */
static void spoil(const struct split *s, size_t at, enum way way, struct buf *out)
{
    bool swaps = way == SWAP && at + 1 < s->count;
    out->len = 0;
    for (size_t i = 0; i < s->count; i++) {
        size_t from = swaps && i == at ? i + 1 : swaps && i == at + 1 ? at : i;
        if (way == DROP && i == at)
            continue;
        if (out->len && buf_add_string(out, " "))
            err(2, NULL);
        add_field(s->fields[from], i == at ? way : WAYS, out);
    }
}

static bool is_same(const struct buf *a, const struct buf *b)
{
    return a->len == b->len && memcmp(a->data, b->data, a->len) == 0;
}

static void refuse(struct bench *t, const struct buf *like, const struct buf *line)
{
    if (is_same(like, line))
        return;
    t->cases++;
    must(!accepts(t, line, LOCK + 3), "accepted", line);
}

/* Spoilt after it was signed. */
static void try_spoilt(struct bench *t, const struct buf *line)
{
    struct buf other = {0};
    struct split s = split(line);
    for (size_t at = 0; at < s.count; at++)
        for (enum way way = DROP; way < WAYS; way++) {
            spoil(&s, at, way, &other);
            refuse(t, line, &other);
        }
    other.len = 0;
    add(&other, " ");
    if (buf_add(&other, line->data, line->len))
        err(2, NULL);
    refuse(t, line, &other);
    free(s.copy);
    buf_free(&other);
}

/* Spoilt from the policy on, and then signed by all who have to. */
static void try_signed_again(struct bench *t, unsigned branch, enum shown shown, unsigned subset,
                             const struct buf *line)
{
    struct buf bare = {0}, other = {0};
    begin_line(t, branch, shown, &bare);
    struct split s = split(&bare);
    for (size_t at = 9; at < s.count; at++)
        for (enum way way = DROP; way < WAYS; way++) {
            spoil(&s, at, way, &other);
            if (is_same(&other, &bare))
                continue;
            for (int i = 0; i < KEYS; i++)
                if (subset >> i & 1)
                    add_pair(t, i, &other);
            refuse(t, line, &other);
        }
    free(s.copy);
    buf_free(&bare);
    buf_free(&other);
}

/* By these signers, in this order. */
static void refuse_signers(struct bench *t, const struct plan *b, unsigned branch,
                           const int signers[], int count, const struct buf *like)
{
    struct buf other = {0};
    begin_line(t, branch, b->hash ? RIGHT : ABSENT, &other);
    for (int i = 0; i < count; i++)
        add_pair(t, signers[i], &other);
    refuse(t, like, &other);
    buf_free(&other);
}

/* Each two of the signers swapped, one in place of the other, and one twice. */
static void try_orders(struct bench *t, const struct plan *b, unsigned branch, unsigned subset,
                       const struct buf *line)
{
    int signers[KEYS + 1], count = 0;
    for (int i = 0; i < KEYS; i++)
        if (subset >> i & 1)
            signers[count++] = i;
    for (int x = 0; x < count; x++)
        for (int y = 0; y < count; y++) {
            int one = signers[x], two = signers[y];
            signers[y] = one;
            refuse_signers(t, b, branch, signers, count, line);
            signers[x] = two;
            refuse_signers(t, b, branch, signers, count, line);
            signers[x] = one;
            signers[y] = two;
            signers[count] = two;
            refuse_signers(t, b, branch, signers, count + 1, line);
        }
}

/* A signature's S plus the order of the group, which the equation alone would accept. */
static void try_malleated(struct bench *t, const struct buf *line)
{
    static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,
                                      0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
                                      0,    0,    0,    0,    0,    0,    0,    0,
                                      0,    0,    0,    0,    0,    0,    0,    0x10};
    struct buf other = {0};
    uint8_t s[32];
    unsigned carry = 0;
    if (buf_add(&other, line->data, line->len))
        err(2, NULL);
    char *digits = other.data + other.len - 64;
    hex_decode(s, digits, 32);
    for (int i = 0; i < 32; i++) {
        carry += (unsigned)s[i] + order[i];
        s[i] = (uint8_t)carry;
        carry >>= 8;
    }
    hex_encode(digits, s, 32);
    refuse(t, line, &other);
    buf_free(&other);
}

static void try_forms(struct bench *t)
{
    struct buf line = {0};
    for (int p = 0; p < POLICIES; p++) {
        make_policy(t, plans[p]);
        for (unsigned branch = 0; branch < t->policy.count; branch++) {
            const struct plan *b = &plans[p][branch];
            enum shown shown = b->hash ? RIGHT : ABSENT;
            for (unsigned subset = 0; subset < SUBSETS; subset++) {
                if (!is_legal(b, shown, subset))
                    continue;
                make_line(t, branch, shown, subset, &line);
                must(accepts(t, &line, LOCK + 3), "refused", &line);
                t->accepted++;
                try_spoilt(t, &line);
                try_signed_again(t, branch, shown, subset, &line);
                try_orders(t, b, branch, subset, &line);
                try_malleated(t, &line);
            }
        }
    }
    buf_free(&line);
}

int main(int argc, char **argv)
{
    struct bench t = {.print = argc == 3 && strcmp(argv[2], "print") == 0};
    bool subsets = argc > 1 && strcmp(argv[1], "subsets") == 0;
    if (!subsets && !(argc == 2 && strcmp(argv[1], "forms") == 0))
        errx(2, "usage: policytest subsets [print] | forms");
    set_up(&t);
    if (subsets)
        try_subsets(&t);
    else
        try_forms(&t);
    tear_down(&t);
    fprintf(stderr, "%ld cases, %ld accepted\n", t.cases, t.accepted);
    return ferror(stdout) || fflush(stdout) ? 2 : 0;
}
