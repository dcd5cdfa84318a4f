/*
 * Makes ledgers that somebody broke, to see whether every auditor says the same of them.
 *
 *     mutate -k KEYS [-T NOW] [-v] -s SEED LEDGER...                      a mutant on stdout
 *     mutate -k KEYS [-T NOW] [-v] -s SEED -n COUNT -o FOLDER LEDGER...   FOLDER/SEED, SEED + 1, ...
 *     mutate -k KEYS -s SEED -g                                           a sound ledger on stdout
 *
 * A seed stands for one plan, the same in every run: a ledger (one of those given, or one made up),
 * a few edits of its records, after which everything is signed, hashed and mined again, so that the
 * deeper rules are reached, or a few damages to its text, after which nothing is; or both. -v tells
 * the plan. KEYS holds *.pem of the accounts; NOW is the clock that the judges will have.
 */
#include "base/buf.h"
#include "base/hex.h"
#include "base/num.h"
#include "crypto/keyfile.h"
#include "crypto/merkle.h"
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

enum { FIELDS = 12, KEYS = 8, ACCOUNTS = 16, BLOCKS = 256, BODY = 64, LINES = 4096, PATIENCE = 1 << 16 };

enum { HEIGHT = 1, PREV, ROOT, TIME, TARGET, MINER, COUNT, SEAL };            /* a header's fields */
enum { CHAIN = 1, FROM, SEQ, FEE, OPERATION, TO, AMOUNT, MEMO, SIGNATURE };   /* a transaction's */

static const char zero[] = "0000000000000000000000000000000000000000000000000000000000000000";

/* A line as its fields. A pinned field stays as it is when all is made consistent again. */
struct record {
    char *field[FIELDS];
    int fields;
    unsigned pinned;
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
    bool tell;
    bool renumber; /* give every transaction the seq that fits */
    struct secret_key keys[KEYS];
    char accounts[KEYS][65];
    int key_count;
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
    w->block_count = w->line_count = 0;
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
    return strtoull(s, NULL, 10);
}

static void set(struct record *r, int field, char *value)
{
    if (field >= r->fields)
        return;
    r->field[field] = value;
    r->pinned |= 1U << field;
}

static bool is_pinned(const struct record *r, int field)
{
    return r->pinned & 1U << field;
}

static bool is_tx(const struct record *r)
{
    return strcmp(r->field[0], "tx") == 0 && r->fields == SIGNATURE + 1;
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

static const char *rule(const struct world *w, const char *name)
{
    for (int i = 0; i < w->genesis->count; i++) {
        const struct record *r = &w->genesis->body[i];
        if (r->fields == 3 && strcmp(r->field[0], "rule") == 0 && strcmp(r->field[1], name) == 0)
            return r->field[2];
    }
    return "1";
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
    struct standing *from = standing(b, r->field[FROM]);
    from->balance -= number(r->field[AMOUNT]) + number(r->field[FEE]);
    from->seq++;
    standing(b, r->field[TO])->balance += number(r->field[AMOUNT]);
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

static void sign(struct world *w, struct record *r)
{
    uint8_t signature[64];
    char digits[129] = {0};
    struct fault f;
    const char *message = join(w, r, SIGNATURE);
    for (int i = 0; i < w->key_count; i++) {
        if (strcmp(w->accounts[i], r->field[FROM]))
            continue;
        if (secret_key_sign(&w->keys[i], message, strlen(message), signature, &f))
            errx(2, "%s", f.text);
        hex_encode(digits, signature, 64);
        r->field[SIGNATURE] = say(w, "%s", digits);
    }
}

static void finish_tx(struct world *w, struct block *b, struct record *r)
{
    if (!is_pinned(r, CHAIN))
        r->field[CHAIN] = say(w, "%s", hex32(w->genesis->id).text);
    if (w->renumber && !is_pinned(r, SEQ))
        r->field[SEQ] = say(w, "%" PRIu64, standing(b, r->field[FROM])->seq);
    if (!is_pinned(r, SIGNATURE))
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
    int width = (int)strlen(b->head.field[SEAL]);
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
    static char line[LINE_MAX_LEN_HERE];
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
