/*
 * Makes ledgers that somebody broke, to see whether every auditor says the same of them.
 *
 *     mutate -k KEYS [-T NOW] [-av] -s SEED LEDGER...                      a mutant on stdout
 *     mutate -k KEYS [-T NOW] [-av] -s SEED -n COUNT -o FOLDER LEDGER...   FOLDER/SEED, SEED + 1,
 *                                                                         ... of COUNT mutants
 *     mutate -k KEYS [-a] -s SEED -g                                          a sound ledger on
 * stdout
 *
 * A seed stands for one plan, the same in every run: a ledger (one of those given, or one made up),
 * a few edits of its records, after which everything is signed, hashed and mined again, so that the
 * deeper rules are reached, or a few damages to its text, after which nothing is; or both. -v tells
 * the plan. KEYS holds *.pem of the accounts; NOW is the clock that the judges will have. With -a
 * chains allow batches, policies, sponsors and SLH-DSA keys, have fees by length and state lines.
 */
#include "base/hex.h"
#include "base/lines.h"
#include "base/num.h"
#include "crypto/keyfile.h"
#include "hash/merkle.h"
#include "record/field.h"
#include "work/target.h"

#include <err.h>
#include <glob.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    FIELDS = 640,
    KEYS = 8,
    POLICIES = 4,
    ACCOUNTS = 320,
    BLOCKS = 256,
    BODY = 64,
    LINES = 4096,
    PATIENCE = 1 << 16
};

enum { HEIGHT = 1, PREV, ROOT, TIME, TARGET, MINER, COUNT, SEAL }; /* a header's fields */
enum { CHAIN = 1, FROM, SEQ, FEE, OPERATION, TO, AMOUNT, MEMO };   /* a payment's */
enum { BATCH_TO = TO + 1 };                                        /* a batch's first */
enum { STATE_HEIGHT = 1, STATE_ROOT, STATE_COUNT, STATE_FIELDS };  /* a state line's */

static const char zero[] = "0000000000000000000000000000000000000000000000000000000000000000";
static const char slow[] = "sa06ab3bd4f5a042f2b4eb17517fbdf60348550fd0d4b64bed125ee1c20c3faeb";
static const char preimage[] = "5e1f2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0";

/* A line as its fields. A pinned field stays as it is when all is made consistent again. */
struct record {
    char *field[FIELDS];
    int fields;
    bool pinned[FIELDS];
};

/* Where the parts of a transaction are; 0: it has none. */
struct shape {
    int sponsor; /* the word */
    int proof;   /* a signature, or the word policy */
    int by;      /* the word */
    int pairs, so_many;
    int sponsor_signature;
};

struct standing {
    const char *account;
    uint64_t balance, seq; /* wrong where the block is */
};

struct block {
    struct record head, body[BODY];
    int count;
    struct block *parent; /* NULL: genesis */
    bool ready;
    uint8_t id[32];
    struct standing book[ACCOUNTS]; /* behind it */
};

struct world {
    uint64_t dice;
    int64_t now;
    bool tell, all;
    bool renumber; /* give every transaction the seq that fits */
    struct secret_key keys[KEYS];
    char accounts[KEYS][65];
    int key_count, in_order[KEYS]; /* by account */
    char *policies[POLICIES];      /* their texts */
    int policy_count;
    struct block *blocks[BLOCKS], *genesis; /* in the file's order */
    int block_count;
    struct field lines[LINES]; /* the text, when it has become that */
    int line_count;
    bool torn_end;
    void *strings; /* all memory but the keys', linked through its first word */
};

/* --- Chance and memory ------------------------------------------------------------------------ */

static uint64_t roll(struct world *w)
{
    uint64_t x = w->dice += 0x9e3779b97f4a7c15; /* splitmix64 */
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
}

static int below(struct world *w, int n)
{
    return n > 0 ? (int)(roll(w) % (uint64_t)n) : 0;
}

static bool chance(struct world *w, int percent)
{
    return below(w, 100) < percent;
}

#define PICK(w, array) ((array)[below(w, (int)(sizeof(array) / sizeof(array)[0]))])

static void *take(struct world *w, size_t n)
{
    void **p = calloc(1, n + sizeof(void *));
    if (!p)
        err(2, NULL);
    *p = w->strings;
    w->strings = p;
    return p + 1;
}

static void give_back(struct world *w)
{
    while (w->strings) {
        void *next = *(void **)w->strings;
        free(w->strings);
        w->strings = next;
    }
    w->genesis = NULL;
    w->block_count = w->line_count = w->policy_count = 0;
    w->torn_end = w->renumber = false;
}

__attribute__((format(printf, 2, 3))) static char *say(struct world *w, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *s = take(w, (size_t)n + 1);
    va_start(args, format);
    vsnprintf(s, (size_t)n + 1, format, args);
    va_end(args);
    return s;
}

static char *repeat(struct world *w, const char *unit, int times)
{
    size_t n = strlen(unit);
    char *s = take(w, n * (size_t)times + 1);
    for (int i = 0; i < times; i++)
        memcpy(s + n * (size_t)i, unit, n);
    return s;
}

/* --- Records and blocks ----------------------------------------------------------------------- */

static struct record split(struct world *w, const char *line, size_t len)
{
    struct record r = {.fields = 1};
    char *at = say(w, "%.*s", (int)len, line);
    r.field[0] = at;
    while ((at = strchr(at, ' ')) && r.fields < FIELDS) {
        *at++ = 0;
        r.field[r.fields++] = at;
    }
    return r;
}

static char *join(struct world *w, const struct record *r, int fields)
{
    char *line = say(w, "%s", r->field[0]);
    for (int i = 1; i < fields; i++)
        line = say(w, "%s %s", line, r->field[i]);
    return line;
}

static uint64_t number(const char *s)
{
    return s ? strtoull(s, NULL, 10) : 0;
}

static void set(struct record *r, int field, char *value)
{
    if (field >= r->fields)
        return;
    r->field[field] = value;
    r->pinned[field] = true;
}

static bool is_pinned(const struct record *r, int field)
{
    return field < r->fields && r->pinned[field];
}

static bool is_tx(const struct record *r)
{
    return strcmp(r->field[0], "tx") == 0 && r->fields > MEMO + 1;
}

static bool is_word(const struct record *r, int field, const char *word)
{
    return field < r->fields && strcmp(r->field[field], word) == 0;
}

static void add_field(struct record *r, int at, char *s)
{
    if (r->fields == FIELDS || at > r->fields)
        return;
    for (int i = r->fields++; i > at; i--) {
        r->field[i] = r->field[i - 1];
        r->pinned[i] = r->pinned[i - 1];
    }
    r->field[at] = s;
    r->pinned[at] = false;
}

static void drop_field(struct record *r, int at)
{
    r->fields--;
    for (int i = at; i < r->fields; i++) {
        r->field[i] = r->field[i + 1];
        r->pinned[i] = r->pinned[i + 1];
    }
    r->pinned[r->fields] = false;
}

/* --- The parts of a transaction --------------------------------------------------------------- */

static bool is_account(const char *s)
{
    size_t n = strspn(s + (*s == 'p' || *s == 's'), "0123456789abcdef");
    return n == 64 && s[n + (*s == 'p' || *s == 's')] == 0;
}

/* The number of payments, and where the first TO is. */
static int payments(const struct record *r, int *first)
{
    int n = 0;
    *first = is_word(r, OPERATION, "batch") ? BATCH_TO : TO;
    if (*first == TO)
        return 1;
    while (*first + 2 * n + 1 < r->fields && is_account(r->field[*first + 2 * n]))
        n++;
    return n;
}

static struct shape shape_of(const struct record *r)
{
    struct shape s = {0};
    int at, n = payments(r, &at);
    at = at == TO ? MEMO + 1 : at + 2 * n;
    if (is_word(r, at, "sponsor")) {
        s.sponsor = at;
        at += 2;
    }
    s.proof = at++;
    if (r->field[FROM][0] == 'p') {
        while (at < r->fields && !is_word(r, at, "by"))
            at++;
        s.by = at;
        s.pairs = at + (is_word(r, at + 2, "show") ? 4 : 2);
        s.so_many = (r->fields - s.pairs) / 2;
        at = s.pairs + 2 * s.so_many;
    }
    if (s.sponsor && at < r->fields)
        s.sponsor_signature = at;
    return s;
}

/* The field of one of its signatures. */
static int some_signature(struct world *w, const struct record *r)
{
    struct shape s = shape_of(r);
    if (s.sponsor_signature && chance(w, 40))
        return s.sponsor_signature;
    if (!s.by)
        return s.proof < r->fields ? s.proof : r->fields - 1;
    return s.so_many ? s.pairs + 2 * below(w, s.so_many) + 1 : r->fields - 1;
}

static struct block *add_block(struct world *w, struct block *parent)
{
    struct block *b = take(w, sizeof *b);
    if (w->block_count == BLOCKS)
        errx(2, "over %d blocks", BLOCKS);
    w->blocks[w->block_count++] = b;
    b->parent = parent;
    if (!w->genesis)
        w->genesis = b;
    return b;
}

static struct record *allowance(const struct world *w, const char *what)
{
    for (int i = 0; i < w->genesis->count; i++) {
        struct record *r = &w->genesis->body[i];
        if (r->fields == 3 && is_word(r, 1, "allow") && is_word(r, 2, what))
            return r;
    }
    return NULL;
}

static bool allows(const struct world *w, const char *what)
{
    return allowance(w, what) != NULL;
}

static const char *rule(const struct world *w, const char *name)
{
    for (int i = 0; i < w->genesis->count; i++) {
        const struct record *r = &w->genesis->body[i];
        if (r->fields == 3 && strcmp(r->field[0], "rule") == 0 && strcmp(r->field[1], name) == 0)
            return r->field[2];
    }
    return strcmp(name, "bytefee") && strcmp(name, "state") ? "1" : "0";
}

static int64_t rule_number(const struct world *w, const char *name)
{
    int64_t n;
    const char *s = rule(w, name);
    return number_parse(s, strlen(s), &n) ? 1 : n;
}

/* --- What stands behind a block --------------------------------------------------------------- */

static struct standing *standing(struct block *b, const char *account)
{
    for (int i = 0; i < ACCOUNTS; i++) {
        if (!b->book[i].account)
            b->book[i].account = account;
        if (strcmp(b->book[i].account, account) == 0)
            return &b->book[i];
    }
    return &b->book[ACCOUNTS - 1]; /* wrong, and does no harm */
}

static void account_tx(struct block *b, const struct record *r)
{
    struct shape shape = shape_of(r);
    struct standing *from = standing(b, r->field[FROM]);
    int first, n = payments(r, &first);
    const char *payer = shape.sponsor && shape.sponsor + 1 < r->fields ? r->field[shape.sponsor + 1]
                                                                       : r->field[FROM];
    standing(b, payer)->balance -= number(r->field[FEE]);
    from->seq++;
    for (int i = 0; i < n; i++) {
        from->balance -= number(r->field[first + 2 * i + 1]);
        standing(b, r->field[first + 2 * i])->balance += number(r->field[first + 2 * i + 1]);
    }
}

static void account_reward(const struct world *w, struct block *b)
{
    int64_t halving = rule_number(w, "halving");
    uint64_t halvings = halving ? number(b->head.field[HEIGHT]) / (uint64_t)halving : 0;
    struct standing *miner = standing(b, b->head.field[MINER]);
    miner->balance += halvings < 63 ? (uint64_t)rule_number(w, "reward") >> halvings : 0;
    for (int i = 0; i < b->count; i++)
        if (is_tx(&b->body[i]))
            miner->balance += number(b->body[i].field[FEE]);
}

static int by_number(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* The median that the time of b's children must be after. */
static uint64_t median(const struct block *b)
{
    uint64_t times[11];
    size_t n = 0;
    for (; b && n < 11; b = b->parent)
        times[n++] = number(b->head.field[TIME]);
    qsort(times, n, sizeof *times, by_number);
    return times[n / 2];
}

/* --- Making all consistent again -------------------------------------------------------------- */

/* The field becomes the signature of all before it, if the key is here. */
static void sign_field(struct world *w, struct record *r, int field, const char *by)
{
    uint8_t signature[64];
    char digits[129] = {0};
    struct fault f;
    if (field >= r->fields || is_pinned(r, field))
        return;
    const char *message = join(w, r, field);
    for (int i = 0; i < w->key_count; i++) {
        if (strcmp(w->accounts[i], by))
            continue;
        if (secret_key_sign(&w->keys[i], message, strlen(message), signature, &f))
            errx(2, "%s", f.text);
        hex_encode(digits, signature, 64);
        r->field[field] = say(w, "%s", digits);
    }
}

static void sign(struct world *w, struct record *r)
{
    struct shape s = shape_of(r);
    if (!s.by)
        sign_field(w, r, s.proof, r->field[FROM]);
    for (int i = 0; i < s.so_many; i++)
        sign_field(w, r, s.pairs + 2 * i + 1, r->field[s.pairs + 2 * i]);
    if (s.sponsor_signature)
        sign_field(w, r, s.sponsor_signature, r->field[s.sponsor + 1]);
}

/* The root of the entries from `entry` on that have the first bits of its place in common. */
struct entry {
    uint8_t place[32], id[32];
};

static int by_place(const void *a, const void *b)
{
    return memcmp(a, b, 32);
}

static bool bit(const struct entry *e, int depth)
{
    return e->place[depth / 8] >> (7 - depth % 8) & 1;
}

static void root_of(const struct entry *e, int n, int depth, char out[65])
{
    char pair[130];
    uint8_t id[32];
    int left = 0;
    if (n < 2) {
        snprintf(out, 65, "%s", n ? hex32(e->id).text : zero);
        return;
    }
    while (left < n && !bit(&e[left], depth))
        left++;
    root_of(e, left, depth + 1, pair);
    pair[64] = ' ';
    root_of(e + left, n - left, depth + 1, pair + 65);
    sha256(pair, 129, id);
    snprintf(out, 65, "%s", hex32(id).text);
}

static void finish_state(struct world *w, const struct block *parent, struct record *r)
{
    struct entry all[ACCOUNTS];
    char root[65];
    int n = 0;
    for (int i = 0; i < ACCOUNTS && parent->book[i].account; i++) {
        const struct standing *has = &parent->book[i];
        const char *place = say(w, "account %s", has->account);
        const char *line = say(w, "%s %" PRIu64 " %" PRIu64, place, has->balance, has->seq);
        if (has->balance == 0 && has->seq == 0)
            continue;
        sha256(place, strlen(place), all[n].place);
        sha256(line, strlen(line), all[n++].id);
    }
    qsort(all, (size_t)n, sizeof all[0], by_place);
    root_of(all, n, 0, root);
    if (!is_pinned(r, STATE_HEIGHT))
        r->field[STATE_HEIGHT] = say(w, "%s", parent->head.field[HEIGHT]);
    if (!is_pinned(r, STATE_ROOT))
        r->field[STATE_ROOT] = say(w, "%s", root);
    if (!is_pinned(r, STATE_COUNT))
        r->field[STATE_COUNT] = say(w, "%d", n);
}

static void finish_tx(struct world *w, struct block *b, struct record *r)
{
    if (!is_pinned(r, CHAIN))
        r->field[CHAIN] = say(w, "%s", hex32(w->genesis->id).text);
    if (w->renumber && !is_pinned(r, SEQ))
        r->field[SEQ] = say(w, "%" PRIu64, standing(b, r->field[FROM])->seq);
    sign(w, r);
    account_tx(b, r);
}

static void finish_body(struct world *w, struct block *b)
{
    struct merkle tree;
    uint8_t id[32];
    merkle_init(&tree);
    for (int i = 0; i < b->count; i++) {
        if (b->parent && is_tx(&b->body[i]))
            finish_tx(w, b, &b->body[i]);
        if (b->parent && is_word(&b->body[i], 0, "state") && b->body[i].fields == STATE_FIELDS)
            finish_state(w, b->parent, &b->body[i]);
        const char *line = join(w, &b->body[i], b->body[i].fields);
        sha256(line, strlen(line), id);
        merkle_add(&tree, id);
    }
    merkle_root(&tree, id);
    if (!is_pinned(&b->head, ROOT))
        b->head.field[ROOT] = say(w, "%s", hex32(id).text);
    if (!is_pinned(&b->head, COUNT))
        b->head.field[COUNT] = say(w, "%d", b->count);
}

static void aim(struct world *w, struct block *b)
{
    uint8_t target[TARGET_LEN];
    const struct block *parent = b->parent;
    struct asert a = {.time = (int64_t)(number(w->genesis->head.field[TIME]) & INT64_MAX),
                      .spacing = rule_number(w, "spacing"),
                      .halflife = rule_number(w, "halflife")};
    if (a.spacing < 1 || hex_decode(a.target, w->genesis->head.field[TARGET], TARGET_LEN))
        return;
    target_next(&a, (int64_t)(number(parent->head.field[HEIGHT]) & INT64_MAX),
                (int64_t)(number(parent->head.field[TIME]) & INT64_MAX), target);
    b->head.field[TARGET] = say(w, "%s", hex32(target).text);
}

/* Whether this seal gives proof of work; the header before it is hashed in so far. */
static bool seals(const struct sha256 *so_far, const char *seal, const uint8_t target[TARGET_LEN])
{
    struct sha256 h = *so_far;
    uint8_t id[32];
    sha256_update(&h, seal, strlen(seal));
    sha256_final(&h, id);
    return target_met(id, target);
}

/* Looks for a seal, as long as the one that is there; gives up where the target is too hard. */
static void mine(struct world *w, struct block *b, bool wanted)
{
    uint8_t target[TARGET_LEN];
    struct sha256 so_far;
    const char *head = join(w, &b->head, SEAL);
    int width = b->head.field[SEAL] ? (int)strlen(b->head.field[SEAL]) : 0;
    char seal[65];
    if (width < 8 || width > 64 || strlen(b->head.field[TARGET]) != 64 ||
        hex_decode(target, b->head.field[TARGET], TARGET_LEN))
        return;
    sha256_init(&so_far);
    sha256_update(&so_far, head, strlen(head));
    sha256_update(&so_far, " ", 1);
    for (int i = 0; i < PATIENCE; i++) {
        snprintf(seal, sizeof seal, "%0*x", width, (unsigned)i);
        if (seals(&so_far, seal, target) == wanted)
            break;
    }
    b->head.field[SEAL] = say(w, "%s", seal);
}

static void finish(struct world *w, struct block *b)
{
    struct record *h = &b->head;
    if (b->ready)
        return;
    b->ready = true;
    memset(b->book, 0, sizeof b->book);
    if (b->parent) {
        finish(w, b->parent);
        memcpy(b->book, b->parent->book, sizeof b->book);
        if (!is_pinned(h, PREV))
            h->field[PREV] = say(w, "%s", hex32(b->parent->id).text);
        if (!is_pinned(h, HEIGHT))
            h->field[HEIGHT] = say(w, "%" PRIu64, number(b->parent->head.field[HEIGHT]) + 1);
        if (!is_pinned(h, TARGET))
            aim(w, b);
    }
    finish_body(w, b);
    if (b->parent && !is_pinned(h, SEAL))
        mine(w, b, true);
    if (b->parent)
        account_reward(w, b);
    for (int i = 0; i < b->count && !b->parent; i++)
        if (strcmp(b->body[i].field[0], "grant") == 0 && b->body[i].fields == 3)
            standing(b, b->body[i].field[1])->balance += number(b->body[i].field[2]);
    const char *line = join(w, h, h->fields);
    sha256(line, strlen(line), b->id);
}

static void finish_all(struct world *w)
{
    for (int i = 0; i < w->block_count; i++)
        w->blocks[i]->ready = false;
    w->genesis->ready = false;
    finish(w, w->genesis);
    for (int i = 0; i < w->block_count; i++)
        finish(w, w->blocks[i]);
}

/* --- A ledger: read, or made up --------------------------------------------------------------- */

static struct block *find_block(const struct world *w, const char *id)
{
    for (int i = 0; i < w->block_count; i++)
        if (strcmp(hex32(w->blocks[i]->id).text, id) == 0)
            return w->blocks[i];
    return NULL;
}

static void read_ledger(struct world *w, const char *path)
{
    static char line[LINE_MAX_LEN + 2];
    FILE *in = fopen(path, "r");
    struct block *b = NULL;
    if (!in)
        err(2, "%s", path);
    while (fgets(line, sizeof line, in)) {
        size_t len = strcspn(line, "\n");
        struct record r = split(w, line, len);
        if (strcmp(r.field[0], "block") == 0) {
            b = add_block(w, r.fields > SEAL ? find_block(w, r.field[PREV]) : NULL);
            sha256(line, len, b->id);
            b->head = r;
        } else if (b && b->count < BODY) {
            b->body[b->count++] = r;
        }
    }
    fclose(in);
    if (!w->genesis)
        errx(2, "%s: no block", path);
    finish_all(w);
}

static struct record made(struct world *w, const char *line)
{
    return split(w, line, strlen(line));
}

static const char *anybody(struct world *w)
{
    return w->accounts[below(w, w->key_count)];
}

/* A few policies of the keys that are here, with a lock or two. */
static void make_policies(struct world *w)
{
    uint8_t id[32];
    sha256(preimage, 64, id);
    while (w->policy_count < POLICIES) {
        char *text = say(w, "policy");
        for (int n = 1 + below(w, 3); n > 0; n--) {
            const char *sorted[KEYS + 1];
            int count = 0, most = 1 + below(w, 3), letters = chance(w, 90) ? 0 : 1;
            for (int k = 0; k < w->key_count && count < most; k++)
                if (chance(w, 60))
                    sorted[count++] = w->accounts[w->in_order[k]];
            if (count == 0)
                sorted[count++] = w->accounts[0];
            if (letters && allows(w, "slh-dsa"))
                sorted[count++] = slow;
            text = say(w, "%s %d", text, 1 + below(w, count));
            for (int k = 0; k < count; k++)
                text = say(w, "%s %s", text, sorted[k]);
            if (chance(w, 30))
                text = say(w, "%s after %d", text, 1 + below(w, 4));
            if (chance(w, 30))
                text = say(w, "%s hash %s", text, hex32(id).text);
            if (n > 1)
                text = say(w, "%s or", text);
        }
        bool known = false;
        for (int i = 0; i < w->policy_count; i++)
            known |= strcmp(w->policies[i], text) == 0;
        if (!known)
            w->policies[w->policy_count++] = text;
    }
}

static char *policy_account_of(struct world *w, const char *text)
{
    uint8_t id[32];
    sha256(text, strlen(text), id);
    return say(w, "p%s", hex32(id).text);
}

static void set_up_more(struct world *w, struct block *b)
{
    static const char *what[] = {"batch", "policy", "slh-dsa", "sponsor"};
    for (size_t i = 0; i < sizeof what / sizeof what[0]; i++)
        if (chance(w, 80))
            b->body[b->count++] = made(w, say(w, "rule allow %s", what[i]));
    if (chance(w, 20))
        b->body[b->count++] = made(w, say(w, "rule bytefee %d", 1 + below(w, 2)));
    if (chance(w, 40))
        b->body[b->count++] = made(w, say(w, "rule state %d", 1 + below(w, 3)));
    if (!allows(w, "policy"))
        return;
    make_policies(w);
    for (int i = 0; i < w->policy_count; i++)
        b->body[b->count++] = made(
            w, say(w, "grant %s %d", policy_account_of(w, w->policies[i]), 500 + below(w, 5000)));
}

static void set_up_rules(struct world *w, struct block *b)
{
    static const int spacings[] = {1, 10, 600}, halflives[] = {0, 60, 3600, 86400},
                     halvings[] = {0, 1, 2, 4}, fees[] = {0, 1, 1, 5}, sizes[] = {2000, 65536};
    static const char *rewards[] = {"0", "50", "50", "50", "3000000000000000000"};
    b->body[b->count++] = made(w, "rule name generated");
    b->body[b->count++] = made(w, "rule seal pow");
    b->body[b->count++] = made(w, say(w, "rule spacing %d", PICK(w, spacings)));
    b->body[b->count++] = made(w, say(w, "rule halflife %d", PICK(w, halflives)));
    b->body[b->count++] = made(w, say(w, "rule reward %s", PICK(w, rewards)));
    b->body[b->count++] = made(w, say(w, "rule halving %d", PICK(w, halvings)));
    b->body[b->count++] = made(w, say(w, "rule maxblock %d", PICK(w, sizes) * (w->all ? 6 : 1)));
    b->body[b->count++] = made(w, say(w, "rule minfee %d", PICK(w, fees)));
    for (int i = 0; i < w->key_count; i++)
        if (chance(w, 70))
            b->body[b->count++] = made(w,
                                       say(w, "grant %s %d", w->accounts[i], 1 + below(w, 2000)));
    if (w->all && chance(w, 70))
        set_up_more(w, b);
}

/* Any account that the chain may have. */
static const char *any_account(struct world *w)
{
    if (w->policy_count && chance(w, 30))
        return policy_account_of(w, w->policies[below(w, w->policy_count)]);
    return allows(w, "slh-dsa") && chance(w, 10) ? slow : anybody(w);
}

static char *operation_words(struct world *w, uint64_t amount)
{
    static const char *memos[] = {"-", "lunch", "%2D", "caf%C3%A9", "a%20b", "~._-", "%00"};
    if (!allows(w, "batch") || chance(w, 60))
        return say(w, "pay %s %" PRIu64 " %s", any_account(w), amount, PICK(w, memos));
    char *words = say(w, "batch %s", PICK(w, memos));
    for (int n = 1 + below(w, 4); n > 0; n--) {
        uint64_t part = n > 1 ? amount / 3 + 1 : amount + 1;
        part = part < amount ? part : amount;
        amount -= part;
        words = say(w, "%s %s %" PRIu64, words, any_account(w), part);
        if (amount == 0)
            break;
    }
    return words;
}

/* A policy's proof, its signatures yet to be made. */
static char *proof_words(struct world *w, const char *policy, uint64_t height)
{
    struct record r = made(w, policy);
    int at[8] = {0}, n = 0;
    for (int i = 0; i < r.fields && n < 8; i++)
        if (i == 0 || is_word(&r, i, "or"))
            at[n++] = i + 1;
    int branch = below(w, n), i = at[branch];
    uint64_t signers = number(r.field[i++]);
    const char *keys[KEYS + 1];
    size_t count = 0;
    char *words = say(w, "%s by %d", policy, branch);
    while (i < r.fields && is_account(r.field[i]))
        keys[count++] = r.field[i++];
    if (is_word(&r, i, "after") && number(r.field[i + 1]) > height && chance(w, 80))
        return NULL;
    i += is_word(&r, i, "after") ? 2 : 0;
    if (is_word(&r, i, "hash"))
        words = say(w, "%s show %s", words, preimage);
    for (size_t k = 0; signers > 0 && k < count; k++)
        if (count - k == signers || (keys[k] != slow && chance(w, 60))) {
            words = say(w, "%s %s %0128d", words, keys[k], 0);
            signers--;
        }
    return strstr(words, slow) ? NULL : words;
}

static const char *policy_of(struct world *w, const char *account)
{
    for (int i = 0; i < w->policy_count; i++)
        if (strcmp(account, policy_account_of(w, w->policies[i])) == 0)
            return w->policies[i];
    return NULL;
}

static void pay(struct world *w, struct block *b, const char *from, uint64_t amount, uint64_t fee)
{
    const char *policy = policy_of(w, from), *sponsor = NULL;
    char *proof = policy ? proof_words(w, policy, number(b->parent->head.field[HEIGHT]) + 1)
                         : say(w, "%0128d", 0);
    if (b->count == BODY || !proof)
        return;
    if (allows(w, "sponsor") && chance(w, 30)) {
        sponsor = anybody(w);
        sponsor = strcmp(sponsor, from) && standing(b, sponsor)->balance >= fee ? sponsor : NULL;
    }
    char *line = say(w, "tx %s %s %" PRIu64 " %" PRIu64 " %s", zero, from, standing(b, from)->seq,
                     fee, operation_words(w, amount));
    if (sponsor)
        line = say(w, "%s sponsor %s %s %0128d", line, sponsor, proof, 0);
    else
        line = say(w, "%s %s", line, proof);
    b->body[b->count++] = made(w, line);
    account_tx(b, &b->body[b->count - 1]);
}

/* A sound child. */
static struct block *grow(struct world *w, struct block *parent)
{
    struct block *b = add_block(w, parent);
    uint64_t time = number(parent->head.field[TIME]);
    uint64_t least = median(parent) + 1, height = number(parent->head.field[HEIGHT]) + 1;
    uint64_t every = (uint64_t)rule_number(w, "state");
    uint64_t fee = (uint64_t)rule_number(w, "minfee") + 1500 * (uint64_t)rule_number(w, "bytefee");
    time += (uint64_t)below(w, (int)(rule_number(w, "spacing") & 0xffff) * 3 + 2);
    b->head = made(w, say(w, "block 0 %s %s %" PRIu64 " %s %s 0 %0*d", zero, zero,
                          time > least ? time : least, parent->head.field[TARGET], any_account(w),
                          chance(w, 70) ? 16 : 8 + below(w, 57), 0));
    memcpy(b->book, parent->book, sizeof b->book);
    if (every && height % every == 0)
        b->body[b->count++] = made(w, say(w, "state 0 %s 0", zero));
    for (int i = below(w, 5); i > 0; i--) {
        const char *from = w->policy_count && chance(w, 40) ? any_account(w) : anybody(w);
        uint64_t has = standing(b, from)->balance;
        if (has > fee && has - fee < INT32_MAX && from[0] != 's')
            pay(w, b, from, 1 + (uint64_t)below(w, (int)(has - fee) / (chance(w, 10) ? 1 : 4)),
                fee + (has - fee > 600 ? (uint64_t)below(w, 3) : 0));
    }
    b->ready = false;
    finish(w, b);
    return b;
}

static void make_up(struct world *w)
{
    static const char *targets[] = {"00ff", "0fff", "ffff", "01e2"};
    struct block *b = add_block(w, NULL);
    char *target = say(w, "%s%s", PICK(w, targets), repeat(w, "f", 60));
    b->head = made(w, say(w, "block 0 %s %s 1700000000 %s %s 0 0", zero, zero, target, zero));
    set_up_rules(w, b);
    finish(w, b);
    for (int n = 1 + below(w, 14); n > 0; n--)
        b = grow(w, chance(w, 75) ? b : w->blocks[below(w, w->block_count)]);
}

/* --- Edits of records: each says whether it found something to edit --------------------------- */

static const char *const limits[] = {"0",
                                     "1",
                                     "2",
                                     "9223372036854775806",
                                     "9223372036854775807",
                                     "9223372036854775808",
                                     "18446744073709551615",
                                     "18446744073709551616",
                                     "99999999999999999999999999",
                                     "00",
                                     "01",
                                     "-1",
                                     "+1",
                                     "1.0",
                                     "0x10",
                                     "1e3",
                                     "",
                                     "a"};

static const char *const texts[] = {"-",  "%2D", "--",    "%41",         "%2d",       "%c3", "%",
                                    "%4", "%4g", "a%20b", "%00",         "%7F",       "-%",  "%2D-",
                                    "~",  "%7E", "a/b",   "caf\xc3\xa9", "%C3%A9%C3", ""};

/* A wrong or an unusual number: at the limits, or next to what is there. */
static char *some_number(struct world *w, const char *old)
{
    if (chance(w, 25))
        return say(w, "%s", "0");
    if (chance(w, 50))
        return say(w, "%s", PICK(w, limits));
    uint64_t n = number(old);
    return say(w, "%" PRIu64, chance(w, 50) ? n + 1 : n - (n > 0));
}

static char *some_text(struct world *w)
{
    switch (below(w, 4)) {
    case 0:
        return repeat(w, "a", 255 + below(w, 3));
    case 1:
        return repeat(w, "%FF", 255 + below(w, 3));
    default:
        return say(w, "%s", PICK(w, texts));
    }
}

/* A hash, account or signature that is wrong by a digit, or by its form. */
static char *some_digits(struct world *w, const char *old)
{
    char *s = say(w, "%s", old);
    size_t n = strlen(s);
    size_t at = n ? (size_t)below(w, (int)n) : 0;
    switch (n ? below(w, 6) : 0) {
    case 0:
        return repeat(w, "0", (int)n);
    case 1:
        s[n - 1] = 0;
        return s;
    case 2:
        return say(w, "%s0", s);
    case 3:
        s[at] = (char)(s[at] >= 'a' && s[at] <= 'f' ? s[at] - 32 : 'g');
        return s;
    default:
        s[at] = "0123456789abcdef"[below(w, 16)];
        return s;
    }
}

static struct block *some_block(struct world *w)
{
    return w->blocks[below(w, w->block_count)];
}

/* A block other than genesis, or NULL. */
static struct block *some_child(struct world *w)
{
    struct block *b = some_block(w);
    for (int i = 0; i < 8 && !b->parent; i++)
        b = some_block(w);
    return b->parent ? b : NULL;
}

static struct record *some_tx(struct world *w, struct block **in)
{
    for (int i = 0; i < 20; i++) {
        struct block *b = *in = some_block(w);
        struct record *r = b->count ? &b->body[below(w, b->count)] : NULL;
        if (r && b->parent && is_tx(r))
            return r;
    }
    return NULL;
}

static struct record *some_genesis_line(struct world *w, const char *type)
{
    for (int i = 0; i < 40; i++) {
        struct record *r = &w->genesis->body[below(w, w->genesis->count)];
        if (w->genesis->count && strcmp(r->field[0], type) == 0 && r->fields == 3)
            return r;
    }
    return NULL;
}

static bool edit_header_number(struct world *w)
{
    static const int fields[] = {HEIGHT, TIME, COUNT, COUNT};
    struct record *h = &some_block(w)->head;
    int field = PICK(w, fields);
    set(h, field, some_number(w, h->field[field]));
    return true;
}

static bool edit_header_hash(struct world *w)
{
    static const int fields[] = {PREV, ROOT, TARGET, TARGET, MINER};
    struct record *h = &some_block(w)->head;
    int field = PICK(w, fields);
    set(h, field, some_digits(w, h->field[field]));
    return true;
}

/* At the edges of what is allowed. */
static bool edit_time(struct world *w)
{
    struct block *b = some_child(w);
    int64_t spacing = rule_number(w, "spacing");
    uint64_t ahead = spacing > 5 ? 12 * (uint64_t)spacing : 60;
    if (!b)
        return false;
    uint64_t least = median(b->parent);
    uint64_t times[] = {least - 1,
                        least,
                        least + 1,
                        (uint64_t)w->now + ahead - 1,
                        (uint64_t)w->now + ahead,
                        (uint64_t)w->now + ahead + 1};
    set(&b->head, TIME, say(w, "%" PRIu64, PICK(w, times)));
    return true;
}

static bool edit_target(struct world *w)
{
    static const char *targets[] = {"0000", "0001", "00ff", "01ff", "ffff", "7fff"};
    struct record *h = &some_block(w)->head;
    char *digits = repeat(w, chance(w, 80) ? "f" : "0", 60);
    set(h, TARGET, say(w, "%s%s", PICK(w, targets), digits));
    return true;
}

static bool edit_seal(struct world *w)
{
    struct block *b = some_child(w);
    if (!b)
        return false;
    char *forms[] = {repeat(w, "0", 65),
                     say(w, "-"),
                     say(w, "00000000000000AB"),
                     say(w, "xyz"),
                     repeat(w, "0", 8 + below(w, 57)),
                     say(w, "%x", below(w, 4096))};
    int form = below(w, 6);
    b->head.field[SEAL] = forms[form];
    if (form != 4)
        set(&b->head, SEAL, forms[form]);
    return true;
}

static bool edit_no_work(struct world *w)
{
    struct block *b = some_child(w);
    if (!b)
        return false;
    b->ready = true;
    mine(w, b, false);
    b->head.pinned[SEAL] = b->head.pinned[PREV] = true;
    b->head.pinned[ROOT] = b->head.pinned[TARGET] = true;
    return true;
}

static bool edit_prev(struct world *w)
{
    struct block *b = some_child(w);
    if (!b)
        return false;
    set(&b->head, PREV, say(w, "%s", hex32(some_block(w)->id).text));
    return true;
}

static bool edit_miner(struct world *w)
{
    struct block *b = some_child(w);
    if (!b)
        return false;
    b->head.field[MINER] = say(w, "%s", chance(w, 80) ? anybody(w) : zero);
    return true;
}

static bool edit_genesis_header(struct world *w)
{
    static const int fields[] = {HEIGHT, PREV, MINER, SEAL};
    struct record *h = &w->genesis->head;
    int field = PICK(w, fields);
    set(h, field, say(w, "%s", field == HEIGHT ? "1" : field == SEAL ? "00" : anybody(w)));
    return true;
}

/* --- ... of transactions */

static bool edit_tx_number(struct world *w)
{
    static const int fields[] = {SEQ, SEQ, FEE, AMOUNT};
    struct block *b;
    struct record *r = some_tx(w, &b);
    int field = PICK(w, fields), first, n;
    if (!r)
        return false;
    n = payments(r, &first);
    if (field == AMOUNT && n)
        field = first + 2 * below(w, n) + 1;
    set(r, field, some_number(w, r->field[field]));
    return true;
}

/* All that FROM has, and one more; or one that wraps around with its fee. */
static bool edit_tx_all(struct world *w)
{
    struct block *b;
    struct record *r = some_tx(w, &b);
    if (!r)
        return false;
    uint64_t has = standing(b->parent, r->field[FROM])->balance, fee = number(r->field[FEE]);
    int first, n = payments(r, &first), amount = first + 1;
    if (n == 0)
        return false;
    fee = shape_of(r).sponsor && chance(w, 50) ? 0 : fee;
    for (int i = 1; i < n; i++)
        fee += number(r->field[first + 2 * i + 1]);
    set(r, amount, say(w, "%" PRIu64, has - fee + (uint64_t)below(w, 3) - 1));
    if (chance(w, 20)) {
        set(r, amount, say(w, "%s", "9223372036854775807"));
        set(r, FEE, say(w, "%s", "9223372036854775807"));
    }
    return true;
}

static bool edit_tx_party(struct world *w)
{
    struct block *b;
    struct record *r = some_tx(w, &b);
    if (!r)
        return false;
    int first, n = payments(r, &first);
    int field = chance(w, 50) || !n ? FROM : first + 2 * below(w, n);
    if (chance(w, 30))
        set(r, field, some_digits(w, r->field[field]));
    else
        r->field[field] = say(w, "%s", chance(w, 90) ? any_account(w) : zero);
    return true;
}

static bool edit_tx_word(struct world *w)
{
    struct block *b;
    struct record *r = some_tx(w, &b);
    if (!r)
        return false;
    switch (below(w, 5)) {
    case 0:
        set(r, CHAIN, some_digits(w, r->field[CHAIN]));
        break;
    case 1:
        set(r, OPERATION, say(w, "%s", chance(w, 50) ? "burn" : "payx"));
        break;
    default:
        set(r, is_word(r, OPERATION, "batch") ? TO : MEMO, some_text(w));
    }
    return true;
}

/* S + L, which the equation does not mind. */
static void add_order(char *digits)
{
    static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,       0xd6,
                                      0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10};
    uint8_t s[32];
    unsigned carry = 0;
    if (hex_decode(s, digits, 32))
        return;
    for (int i = 0; i < 32; i++) {
        carry += (unsigned)s[i] + order[i];
        s[i] = (uint8_t)carry;
        carry >>= 8;
    }
    hex_encode(digits, s, 32);
}

static bool edit_signature(struct world *w)
{
    static const char *weak[] = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"};
    struct block *b;
    struct record *r = some_tx(w, &b);
    int field = r ? some_signature(w, r) : 0;
    if (!r)
        return false;
    char *s = say(w, "%s", r->field[field]);
    if (strlen(s) != 128) {
        set(r, field, some_digits(w, s));
        return true;
    }
    switch (below(w, 4)) {
    case 0:
        add_order(s + 64);
        break;
    case 1: /* a key of small order, with a signature that holds for anything */
        set(r, shape_of(r).by ? field - 1 : FROM, say(w, "%s", PICK(w, weak)));
        s = say(w, "%s%s", weak[1], zero);
        break;
    case 2:
        memcpy(s, PICK(w, weak), 64);
        break;
    default:
        s = some_digits(w, s);
    }
    set(r, field, s);
    return true;
}

/* --- ... of operations, policies and sponsors */

static bool edit_batch(struct world *w)
{
    struct block *b;
    struct record *r = some_tx(w, &b);
    int first, n;
    if (!r)
        return false;
    if (is_word(r, OPERATION, "pay") && chance(w, 80)) { /* MEMO TO AMOUNT */
        char *memo = r->field[MEMO];
        drop_field(r, MEMO);
        add_field(r, TO, memo);
        r->field[OPERATION] = say(w, "batch");
    }
    n = payments(r, &first);
    switch (below(w, 6)) {
    case 0: /* one more, or many */
        for (int i = chance(w, 80) ? 1 : 250 + below(w, 10); i > 0; i--) {
            add_field(r, first, say(w, "%d", below(w, 8) / 2));
            add_field(r, first, say(w, "%s", any_account(w)));
        }
        break;
    case 1: /* one less, and none at last */
        if (n) {
            drop_field(r, first);
            drop_field(r, first);
        }
        break;
    case 2:
        drop_field(r, TO + below(w, 3));
        break;
    case 3:
        add_field(r, TO + below(w, 3), some_text(w));
        break;
    case 4:
        r->field[OPERATION] = say(w, "%s", chance(w, 50) ? "pay" : "batch");
        break;
    default:
        break;
    }
    return true;
}

static bool edit_sponsor(struct world *w)
{
    struct block *b;
    struct record *r = some_tx(w, &b);
    if (!r)
        return false;
    struct shape s = shape_of(r);
    if (!s.sponsor) {
        add_field(r, r->fields, say(w, "%0128d", 0));
        add_field(r, s.proof, say(w, "%s", anybody(w)));
        add_field(r, s.proof, say(w, "sponsor"));
        return true;
    }
    switch (below(w, 7)) {
    case 0:
        r->field[s.sponsor + 1] = say(w, "%s", r->field[FROM]);
        break;
    case 1:
        r->field[s.sponsor + 1] = say(w, "%s", chance(w, 50) ? any_account(w) : slow);
        break;
    case 2: /* no sponsor after all */
        drop_field(r, s.sponsor);
        drop_field(r, s.sponsor);
        break;
    case 3:
        drop_field(r, r->fields - 1);
        break;
    case 4: /* both signatures, in the other order */
        if (r->fields > s.sponsor + 3) {
            char *last = r->field[r->fields - 1];
            set(r, r->fields - 1, r->field[r->fields - 2]);
            set(r, r->fields - 2, last);
        }
        break;
    case 5:
        add_field(r, s.sponsor, say(w, "%s", anybody(w)));
        add_field(r, s.sponsor, say(w, "sponsor"));
        break;
    default:
        set(r, s.sponsor + 1, some_digits(w, r->field[s.sponsor + 1]));
    }
    return true;
}

static struct record *some_spending_policy(struct world *w, struct shape *s)
{
    struct block *b;
    for (int i = 0; i < 12; i++) {
        struct record *r = some_tx(w, &b);
        if (!r)
            return NULL;
        *s = shape_of(r);
        if (s->by && s->by + 1 < r->fields)
            return r;
    }
    return NULL;
}

/* The account becomes that of the policy which is shown, and has something to spend. */
static void rebind(struct world *w, struct record *r)
{
    struct shape s = shape_of(r);
    struct record text = {.fields = s.by - s.proof};
    if (s.by >= r->fields || text.fields < 1)
        return;
    memcpy(text.field, r->field + s.proof, (size_t)text.fields * sizeof text.field[0]);
    char *account = policy_account_of(w, join(w, &text, text.fields));
    r->field[FROM] = account;
    if (w->genesis->count < BODY - 1)
        w->genesis->body[w->genesis->count++] = made(w, say(w, "grant %s 4000", account));
}

static bool edit_policy(struct world *w)
{
    static const char *words[] = {"or", "after", "hash", "by", "policy",  "show",    "0",
                                  "1",  "2",     "16",   "17", "after 1", "after 0", "or 1"};
    struct shape s;
    struct record *r = some_spending_policy(w, &s);
    if (!r || s.by <= s.proof + 1)
        return false;
    int at = s.proof + 1 + below(w, s.by - s.proof);
    switch (below(w, 7)) {
    case 0:
        drop_field(r, at);
        break;
    case 1: {
        struct record more = made(w, PICK(w, words));
        for (int i = more.fields; i > 0; i--)
            add_field(r, at, more.field[i - 1]);
        break;
    }
    case 2:
        add_field(r, at, say(w, "%s", chance(w, 80) ? anybody(w) : any_account(w)));
        break;
    case 3: {
        char *there = r->field[at - 1];
        r->field[at - 1] = r->field[at];
        r->field[at] = there;
        break;
    }
    case 4: /* branches, up to 8 and one more */
        for (int n = 1 + below(w, 9); n > 0; n--) {
            add_field(r, s.by, say(w, "%s", w->accounts[0]));
            add_field(r, s.by, say(w, "1"));
            add_field(r, s.by, say(w, "or"));
        }
        break;
    case 5:
        r->field[at] = strlen(r->field[at]) >= 64 ? some_digits(w, r->field[at])
                                                  : some_number(w, r->field[at]);
        break;
    default:
        r->field[s.proof + 1] = say(w, "%d", below(w, 4));
    }
    if (chance(w, 80))
        rebind(w, r);
    return true;
}

static void swap_pairs(struct record *r, const struct shape *s, bool keep)
{
    if (s->so_many < 2)
        return;
    for (int i = 0; i < 2; i++) {
        char *first = r->field[s->pairs + i];
        r->field[s->pairs + i] = r->field[s->pairs + 2 + i];
        r->field[s->pairs + 2 + i] = first;
    }
    r->pinned[s->pairs + 1] = r->pinned[s->pairs + 3] = keep;
}

static void edit_show(struct world *w, struct record *r, const struct shape *s)
{
    char *upper = say(w, "%s", preimage);
    if (!is_word(r, s->by + 2, "show")) {
        add_field(r, s->by + 2, say(w, "%s", preimage));
        add_field(r, s->by + 2, say(w, "show"));
        return;
    }
    upper[1] = 'E';
    char *other[] = {upper, say(w, "%s00", preimage), say(w, "%.62s", preimage), say(w, "%s", zero),
                     some_digits(w, preimage)};
    if (chance(w, 70)) {
        r->field[s->by + 3] = PICK(w, other);
        return;
    }
    drop_field(r, s->by + 2);
    drop_field(r, s->by + 2);
}

static bool edit_proof(struct world *w)
{
    struct shape s;
    struct record *r = some_spending_policy(w, &s);
    if (!r)
        return false;
    int pair = s.pairs + 2 * below(w, s.so_many);
    switch (below(w, 7)) {
    case 0:
        r->field[s.by + 1] = chance(w, 60) ? say(w, "%d", below(w, 4))
                                           : some_number(w, r->field[s.by + 1]);
        break;
    case 1:
        if (s.so_many) {
            drop_field(r, pair);
            drop_field(r, pair);
        }
        break;
    case 2:
        add_field(r, pair, say(w, "%0128d", 0));
        add_field(r, pair, say(w, "%s", anybody(w)));
        break;
    case 3:
        swap_pairs(r, &s, chance(w, 50));
        break;
    case 4:
        edit_show(w, r, &s);
        break;
    case 5:
        if (s.so_many)
            r->field[pair] = say(w, "%s", anybody(w));
        break;
    default: /* signs without what stands before it */
        if (s.so_many)
            r->field[pair + 1] = say(w, "%s", r->field[s.pairs + 1]), r->pinned[pair + 1] = true;
    }
    return true;
}

/* A field more, one less, or one twice, anywhere in a transaction. */
static bool edit_tx_fields(struct world *w)
{
    struct block *b;
    struct record *r = some_tx(w, &b);
    if (!r)
        return false;
    int at = CHAIN + below(w, r->fields - 1);
    if (chance(w, 40) && r->fields > MEMO + 2)
        drop_field(r, at);
    else
        add_field(r, at, say(w, "%s", r->field[1 + below(w, r->fields - 1)]));
    return true;
}

/* Another form of account: in a payment, as miner, of a grant. */
static bool edit_account_form(struct world *w)
{
    static const char letters[] = "psqP0";
    struct block *b = some_block(w);
    struct record *r = some_tx(w, &b), *g = some_genesis_line(w, "grant");
    char **at = NULL;
    int first;
    switch (below(w, 4)) {
    case 0:
        at = b && b->parent ? &b->head.field[MINER] : NULL;
        break;
    case 1:
        at = g ? &g->field[1] : NULL;
        break;
    default:
        at = r && payments(r, &first) ? &r->field[first] : NULL;
    }
    if (!at)
        return false;
    const char *digits = *at + (strspn(*at, "ps") == 1);
    *at = chance(w, 20) ? say(w, "%s", slow)
                        : say(w, "%c%s", letters[below(w, sizeof letters - 1)], digits);
    return true;
}

/* --- ... of bodies */

static void insert_line(struct block *b, int at, struct record r)
{
    if (b->count == BODY)
        return;
    memmove(&b->body[at + 1], &b->body[at], (size_t)(b->count - at) * sizeof r);
    b->body[at] = r;
    b->count++;
}

static void remove_line(struct block *b, int at)
{
    b->count--;
    memmove(&b->body[at], &b->body[at + 1], (size_t)(b->count - at) * sizeof b->body[0]);
}

static bool edit_body(struct world *w)
{
    struct block *b = some_block(w), *other = some_block(w);
    if (!b->count)
        return false;
    int at = below(w, b->count), to = below(w, b->count);
    struct record r = b->body[at];
    switch (below(w, 4)) {
    case 0:
        remove_line(b, at);
        break;
    case 1:
        insert_line(b, to, r);
        break;
    case 2:
        b->body[at] = b->body[to];
        b->body[to] = r;
        break;
    default:
        remove_line(b, at);
        insert_line(other, below(w, other->count + 1), r);
    }
    return true;
}

static bool edit_line_form(struct world *w)
{
    struct block *b = some_block(w);
    struct record *r = b->count && chance(w, 70) ? &b->body[below(w, b->count)] : &b->head;
    int at = below(w, r->fields);
    if (chance(w, 30) && r->fields > 1) {
        r->fields--;
    } else if (chance(w, 50) && r->fields < FIELDS) {
        r->field[r->fields++] = say(w, "extra");
    } else {
        char *other = r->field[below(w, r->fields)];
        set(r, at, other);
    }
    if (is_tx(r))
        r->pinned[some_signature(w, r)] = true;
    return true;
}

static bool edit_stray_line(struct world *w)
{
    static const char *lines[] = {"rule minfee 0",
                                  "rule name -",
                                  "hello world",
                                  "key 30c140da5a680bf84ebb5b392515d6a72a63090dd36d2e0da6d093c4cc97"
                                  "cf82 miner",
                                  "grant 30c140da5a680bf84ebb5b392515d6a72a63090dd36d2e0da6d093c4cc"
                                  "97cf82 5",
                                  "block"};
    struct block *b = some_block(w);
    insert_line(b, below(w, b->count + 1), made(w, PICK(w, lines)));
    return true;
}

static bool edit_state(struct world *w)
{
    struct block *b = some_child(w);
    struct record *r = NULL;
    if (!b)
        return false;
    for (int i = 0; i < 30 && !r; i++) {
        b = some_block(w);
        r = b->parent && b->count && is_word(&b->body[0], 0, "state") ? &b->body[0] : NULL;
    }
    if (!r || chance(w, 15)) {
        b = some_block(w);
        insert_line(b, below(w, b->count + 1), made(w, say(w, "state 0 %s 0", zero)));
        return true;
    }
    switch (below(w, 6)) {
    case 0:
        remove_line(b, 0);
        break;
    case 1:
        set(r, STATE_HEIGHT, some_number(w, r->field[STATE_HEIGHT]));
        break;
    case 2:
        set(r, STATE_COUNT, some_number(w, r->field[STATE_COUNT]));
        break;
    case 3:
        set(r, STATE_ROOT, some_digits(w, r->field[STATE_ROOT]));
        break;
    case 4:
        add_field(r, 1 + below(w, 4), say(w, "0"));
        break;
    default:
        insert_line(b, below(w, b->count + 1), *r);
    }
    return true;
}

/* --- ... of the rules */

static bool edit_allowance(struct world *w)
{
    static const char *lines[] = {"allow batch",
                                  "allow policy",
                                  "allow slh-dsa",
                                  "allow sponsor",
                                  "allow magic",
                                  "allow stake",
                                  "allow",
                                  "bytefee 1",
                                  "bytefee 0",
                                  "bytefee 2",
                                  "state 1",
                                  "state 2",
                                  "state 0",
                                  "allow Batch",
                                  "bytefee 01",
                                  "state 1000000",
                                  "bytefee 9223372036854775807"};
    static const char *what[] = {"batch", "policy", "slh-dsa", "sponsor"};
    struct record *r = allowance(w, PICK(w, what));
    if (r && chance(w, 50))
        remove_line(w->genesis, (int)(r - w->genesis->body));
    else
        insert_line(w->genesis, below(w, w->genesis->count),
                    made(w, say(w, "rule %s", PICK(w, lines))));
    return true;
}

static bool edit_rule_value(struct world *w)
{
    struct record *r = some_genesis_line(w, "rule");
    if (!r)
        return false;
    if (strcmp(r->field[1], "name") == 0)
        r->field[2] = some_text(w);
    else if (strcmp(r->field[1], "seal") == 0)
        r->field[2] = say(w, "stake");
    else
        r->field[2] = some_number(w, r->field[2]);
    return true;
}

static bool edit_rule_line(struct world *w)
{
    struct record *r = some_genesis_line(w, "rule");
    if (!r)
        return false;
    int at = (int)(r - w->genesis->body);
    if (chance(w, 40))
        remove_line(w->genesis, at);
    else if (chance(w, 50))
        insert_line(w->genesis, below(w, w->genesis->count), *r);
    else
        r->field[1] = say(w, "colour");
    return true;
}

static bool edit_grant(struct world *w)
{
    static const char *amounts[] = {"9223372036854775807", "9223372036854774000", "1", "0"};
    struct record *r = some_genesis_line(w, "grant");
    if (!r)
        return false;
    if (chance(w, 30))
        insert_line(w->genesis, below(w, w->genesis->count), *r);
    else if (chance(w, 50))
        r->field[2] = say(w, "%s", PICK(w, amounts));
    else
        r->field[chance(w, 50)] = some_digits(w, r->field[1]);
    return true;
}

static int size_of(struct world *w, const struct block *b)
{
    size_t n = strlen(join(w, &b->head, b->head.fields)) + 1;
    for (int i = 0; i < b->count; i++)
        if (is_word(&b->body[i], 0, "tx"))
            n += strlen(join(w, &b->body[i], b->body[i].fields)) + 1;
    return (int)n;
}

static bool set_rule(struct world *w, const char *name, char *value)
{
    for (int i = 0; i < w->genesis->count; i++) {
        struct record *r = &w->genesis->body[i];
        if (r->fields == 3 && strcmp(r->field[0], "rule") == 0 && strcmp(r->field[1], name) == 0) {
            r->field[2] = value;
            return true;
        }
    }
    return false;
}

static bool edit_maxblock(struct world *w)
{
    struct block *b = some_child(w);
    return b && set_rule(w, "maxblock", say(w, "%d", size_of(w, b) + below(w, 3) - 1));
}

static bool edit_supply(struct world *w)
{
    static const char *rewards[] = {"9223372036854775807", "9223372036854773000",
                                    "4611686018427387904", "3074457345618258602"};
    static const char *halvings[] = {"0", "1", "2"};
    set_rule(w, "halving", say(w, "%s", PICK(w, halvings)));
    return set_rule(w, "reward", say(w, "%s", PICK(w, rewards)));
}

static bool edit_difficulty(struct world *w)
{
    static const char *halflives[] = {"1", "60", "600", "0", "9223372036854775807"};
    static const char *spacings[] = {"1", "60", "9223372036854775807"};
    return chance(w, 60) ? set_rule(w, "halflife", say(w, "%s", PICK(w, halflives)))
                         : set_rule(w, "spacing", say(w, "%s", PICK(w, spacings)));
}

/* --- ... of the tree */

static void move_block(struct world *w, int from, int to)
{
    struct block *b = w->blocks[from];
    memmove(&w->blocks[from], &w->blocks[from + 1],
            (size_t)(w->block_count - from - 1) * sizeof(struct block *));
    memmove(&w->blocks[to + 1], &w->blocks[to],
            (size_t)(w->block_count - to - 1) * sizeof(struct block *));
    w->blocks[to] = b;
}

static bool edit_order(struct world *w)
{
    int from = below(w, w->block_count), to = below(w, w->block_count);
    struct block *b = w->blocks[from];
    switch (below(w, 4)) {
    case 0:
        move_block(w, from, to);
        break;
    case 1:
        w->blocks[from] = w->blocks[to];
        w->blocks[to] = b;
        break;
    case 2:
        if (w->block_count == 1)
            return false;
        move_block(w, from, w->block_count - 1);
        w->block_count--;
        break;
    default:
        if (w->block_count == BLOCKS)
            return false;
        w->blocks[w->block_count++] = b;
        move_block(w, w->block_count - 1, to);
    }
    return true;
}

static bool edit_fork(struct world *w)
{
    struct block *b = some_block(w);
    for (int n = 1 + below(w, 4); n > 0 && w->block_count < BLOCKS; n--)
        b = grow(w, b);
    return true;
}

/* The same transactions in a sibling block. */
static bool edit_twin(struct world *w)
{
    struct block *b = some_child(w);
    if (!b || w->block_count == BLOCKS)
        return false;
    struct block *twin = add_block(w, b->parent), list = *b;
    *twin = list;
    twin->head.field[MINER] = say(w, "%s", anybody(w));
    twin->head.field[TIME] = say(w, "%" PRIu64,
                                 number(b->head.field[TIME]) + (uint64_t)below(w, 9));
    return true;
}

static bool edit_parent(struct world *w)
{
    struct block *b = some_child(w);
    if (!b)
        return false;
    for (int i = 0; w->blocks[i] != b; i++)
        if (chance(w, 40)) {
            b->parent = w->blocks[i];
            return true;
        }
    return false;
}

struct plan {
    const char *name;
    bool (*edit)(struct world *w);
};

static const struct plan edits[] = {
    {"header number", edit_header_number},
    {"header hash", edit_header_hash},
    {"time", edit_time},
    {"time", edit_time},
    {"target", edit_target},
    {"seal", edit_seal},
    {"no work", edit_no_work},
    {"prev", edit_prev},
    {"miner", edit_miner},
    {"genesis header", edit_genesis_header},
    {"tx number", edit_tx_number},
    {"tx number", edit_tx_number},
    {"tx number", edit_tx_number},
    {"tx number", edit_tx_number},
    {"tx number", edit_tx_number},
    {"tx all", edit_tx_all},
    {"tx all", edit_tx_all},
    {"tx party", edit_tx_party},
    {"tx word", edit_tx_word},
    {"tx word", edit_tx_word},
    {"signature", edit_signature},
    {"body", edit_body},
    {"body", edit_body},
    {"line form", edit_line_form},
    {"stray line", edit_stray_line},
    {"rule value", edit_rule_value},
    {"rule value", edit_rule_value},
    {"rule line", edit_rule_line},
    {"grant", edit_grant},
    {"maxblock", edit_maxblock},
    {"supply", edit_supply},
    {"difficulty", edit_difficulty},
    {"order", edit_order},
    {"order", edit_order},
    {"fork", edit_fork},
    {"fork", edit_fork},
    {"twin", edit_twin},
    {"parent", edit_parent},
};

/* ... and of what only some chains allow */
static const struct plan more_edits[] = {
    {"batch", edit_batch},
    {"batch", edit_batch},
    {"sponsor", edit_sponsor},
    {"sponsor", edit_sponsor},
    {"policy", edit_policy},
    {"policy", edit_policy},
    {"policy", edit_policy},
    {"policy", edit_policy},
    {"proof", edit_proof},
    {"proof", edit_proof},
    {"proof", edit_proof},
    {"tx fields", edit_tx_fields},
    {"account form", edit_account_form},
    {"account form", edit_account_form},
    {"state", edit_state},
    {"state", edit_state},
    {"allowance", edit_allowance},
    {"allowance", edit_allowance},
};

/* --- Damages to the text ---------------------------------------------------------------------- */

static void to_text(struct world *w)
{
    for (int i = 0; i < w->block_count; i++) {
        const struct block *b = w->blocks[i];
        for (int j = -1; j < b->count && w->line_count < LINES; j++) {
            const struct record *r = j < 0 ? &b->head : &b->body[j];
            char *line = join(w, r, r->fields);
            w->lines[w->line_count++] = (struct field){line, strlen(line)};
        }
    }
}

static struct field *some_line(struct world *w)
{
    return &w->lines[below(w, w->line_count)];
}

/* Puts n bytes in the place of `cut` bytes of a line. */
static void splice(struct world *w, struct field *line, int at, int cut, const char *bytes,
                   size_t n)
{
    size_t head = (size_t)at, tail = line->len - head - (size_t)cut;
    char *text = take(w, head + n + tail + 1);
    memcpy(text, line->text, head);
    memcpy(text + head, bytes, n);
    memcpy(text + head + n, line->text + head + cut, tail);
    *line = (struct field){text, head + n + tail};
}

static bool damage_byte(struct world *w)
{
    struct field *line = some_line(w);
    if (!line->len)
        return false;
    int at = below(w, (int)line->len);
    char byte = (char)(chance(w, 50) ? line->text[at] ^ 1 << below(w, 8) : 0x20 + below(w, 0x5f));
    splice(w, line, at, 1, &byte, 1);
    return true;
}

static bool damage_by_control(struct world *w)
{
    static const char bytes[] = {'\r', '\0', ' ', '\t', '\n', '\x7f', '\x80', '\x1b'};
    struct field *line = some_line(w);
    int at[] = {0, (int)line->len, below(w, (int)line->len + 1)};
    char byte = PICK(w, bytes);
    splice(w, line, PICK(w, at), 0, &byte, 1);
    return true;
}

static bool damage_all_ends(struct world *w)
{
    for (int i = 0; i < w->line_count; i++)
        splice(w, &w->lines[i], (int)w->lines[i].len, 0, "\r", 1);
    return true;
}

static bool damage_cut(struct world *w)
{
    struct field *line = some_line(w);
    if (!line->len)
        return false;
    int at = below(w, (int)line->len), most = (int)line->len - at;
    splice(w, line, at, 1 + below(w, most < 4 ? most : 4), "", 0);
    return true;
}

static bool damage_length(struct world *w)
{
    struct field *line = some_line(w);
    int lengths[] = {LINE_MAX_LEN - 1, LINE_MAX_LEN, LINE_MAX_LEN + 1, 70000, 300000};
    int more = PICK(w, lengths) - (int)line->len;
    if (more > 0)
        splice(w, line, (int)line->len, 0, repeat(w, "0", more), (size_t)more);
    return true;
}

static bool damage_lines(struct world *w)
{
    struct field *a = some_line(w), *b = some_line(w), line = *a;
    int at = (int)(a - w->lines), to, kind = below(w, 4);
    if (kind == 0) { /* swapped */
        *a = *b;
        *b = line;
        return true;
    }
    if (kind != 1) { /* dropped, to be put elsewhere, or not */
        w->line_count--;
        memmove(a, a + 1, (size_t)(w->line_count - at) * sizeof *a);
    }
    if (kind == 3 || w->line_count == LINES)
        return w->line_count > 0;
    to = below(w, w->line_count + 1);
    b = &w->lines[to];
    memmove(b + 1, b, (size_t)(w->line_count - to) * sizeof *b);
    *b = line;
    w->line_count++;
    return true;
}

static bool damage_field(struct world *w)
{
    struct field *line = some_line(w), *other = some_line(w);
    struct record r = split(w, line->text, line->len), s = split(w, other->text, other->len);
    int at = below(w, r.fields), from = below(w, s.fields);
    size_t len = strlen(r.field[at]);
    r.field[at] = chance(w, 50)   ? s.field[from < at       ? from
                                            : at < s.fields ? at
                                                            : from]
                  : len >= 64     ? some_digits(w, r.field[at])
                  : chance(w, 80) ? some_number(w, r.field[at])
                                  : some_text(w);
    char *text = join(w, &r, r.fields);
    *line = (struct field){text, strlen(text)};
    return true;
}

static bool damage_end(struct world *w)
{
    struct field *last = &w->lines[w->line_count - 1];
    w->torn_end = true;
    if (chance(w, 70) && last->len)
        last->len = (size_t)below(w, (int)last->len);
    if (chance(w, 30))
        w->line_count = 1 + below(w, w->line_count);
    return true;
}

static bool damage_tail(struct world *w)
{
    int n = w->line_count, from = below(w, n);
    for (int i = from; i < n && w->line_count < LINES; i++)
        w->lines[w->line_count++] = w->lines[i];
    return true;
}

static const struct plan damages[] = {
    {"byte", damage_byte},
    {"byte", damage_byte},
    {"byte", damage_byte},
    {"control", damage_by_control},
    {"line ends", damage_all_ends},
    {"cut", damage_cut},
    {"length", damage_length},
    {"lines", damage_lines},
    {"lines", damage_lines},
    {"lines", damage_lines},
    {"field", damage_field},
    {"field", damage_field},
    {"end", damage_end},
    {"tail", damage_tail},
};

/* --- A mutant --------------------------------------------------------------------------------- */

static void follow(struct world *w, const struct plan *plans, size_t count, int most)
{
    for (int n = 1 + below(w, most); n > 0; n--) {
        const struct plan *p = &plans[below(w, (int)count)];
        if (w->line_count == 0 && plans == damages)
            return;
        if (p->edit(w) && w->tell)
            warnx("%s%s", plans == damages ? "damaged " : "", p->name);
    }
}

static void mutate(struct world *w, uint64_t seed, char **ledgers, int count)
{
    w->dice = seed * 0x2545f4914f6cdd1d;
    if (count == 0 || chance(w, 60))
        make_up(w);
    else
        read_ledger(w, ledgers[below(w, count)]);
    int kind = below(w, 100);
    w->renumber = chance(w, 60);
    if (kind < 75 && w->all && chance(w, 60))
        follow(w, more_edits, sizeof more_edits / sizeof more_edits[0], chance(w, 60) ? 1 : 4);
    else if (kind < 75)
        follow(w, edits, sizeof edits / sizeof edits[0], chance(w, 60) ? 1 : 4);
    finish_all(w);
    to_text(w);
    if (kind >= 65)
        follow(w, damages, sizeof damages / sizeof damages[0], 2);
}

static void put(struct world *w, FILE *out)
{
    for (int i = 0; i < w->line_count; i++) {
        fwrite(w->lines[i].text, 1, w->lines[i].len, out);
        if (i < w->line_count - 1 || !w->torn_end)
            putc('\n', out);
    }
    if (fflush(out) || ferror(out))
        err(2, "cannot write");
    give_back(w);
}

/* The keys of tests are there for all to read, which keyfile_read does not like. */
static void read_key(struct world *w, const char *path)
{
    char bytes[4096], copy[64];
    struct fault f;
    FILE *in = fopen(path, "r");
    int fd = memfd_create("key", MFD_CLOEXEC);
    if (!in || fd < 0 || fchmod(fd, 0600))
        err(2, "%s", path);
    size_t n = fread(bytes, 1, sizeof bytes, in);
    fclose(in);
    snprintf(copy, sizeof copy, "/proc/self/fd/%d", fd);
    if (write(fd, bytes, n) != (ssize_t)n || keyfile_read(copy, NULL, &w->keys[w->key_count], &f))
        errx(2, "%s: cannot be used", path);
    close(fd);
    hex_encode(w->accounts[w->key_count], w->keys[w->key_count].public, 32);
    w->key_count++;
}

static void read_keys(struct world *w, const char *folder)
{
    char pattern[4096];
    glob_t found;
    snprintf(pattern, sizeof pattern, "%s/*.pem", folder);
    if (glob(pattern, 0, NULL, &found))
        errx(2, "%s: no keys", folder);
    for (size_t i = 0; i < found.gl_pathc && i < KEYS; i++)
        read_key(w, found.gl_pathv[i]);
    for (int i = 0; i < w->key_count; i++) {
        int before = 0;
        for (int k = 0; k < w->key_count; k++)
            before += strcmp(w->accounts[k], w->accounts[i]) < 0;
        w->in_order[before] = i;
    }
    globfree(&found);
}

static FILE *open_mutant(const char *folder, uint64_t seed)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%" PRIu64, folder, seed);
    FILE *out = fopen(path, "w");
    if (!out)
        err(2, "%s", path);
    return out;
}

int main(int argc, char **argv)
{
    static struct world w = {.now = 1700100000};
    const char *folder = NULL;
    uint64_t seed = 0, count = 1;
    bool sound = false;
    for (int c; (c = getopt(argc, argv, "k:T:s:n:o:agv")) != -1;) {
        if (c == 'k')
            read_keys(&w, optarg);
        else if (c == 'T')
            w.now = atoll(optarg);
        else if (c == 's' || c == 'n')
            *(c == 's' ? &seed : &count) = number(optarg);
        else if (c == 'o')
            folder = optarg;
        else if (c == 'g' || c == 'v' || c == 'a')
            *(c == 'g' ? &sound : c == 'a' ? &w.all : &w.tell) = true;
        else
            return 2;
    }
    if (w.key_count == 0)
        errx(2, "-k: no keys");
    for (uint64_t i = 0; i < count; i++) {
        FILE *out = folder ? open_mutant(folder, seed + i) : stdout;
        if (sound) {
            w.dice = seed + i;
            make_up(&w);
            to_text(&w);
        } else {
            mutate(&w, seed + i, argv + optind, argc - optind);
        }
        put(&w, out);
        if (folder)
            fclose(out);
    }
    for (int i = 0; i < w.key_count; i++)
        secret_key_wipe(&w.keys[i]);
}
