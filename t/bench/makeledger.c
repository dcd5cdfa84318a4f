/*
 * makeledger TXS ACCOUNTS PER_BLOCK TAIL BRANCH: writes a ledger to stdout, the same bytes in every
 * run.
 *
 * Genesis grants something to the payer, whose key is that of `keygen -s bench`, and to so many
 * accounts, the keys of `keygen -s 'bench 0'` and on. Every hash meets the target, and the chain's
 * times are long past. So many transactions follow, in blocks of PER_BLOCK, and then TAIL blocks
 * with one transaction each. The accounts pay each other in turn, but not in an order that an index
 * would like; the payer never pays. Ledgers that differ in BRANCH alone, a number, are branches on
 * one genesis: each has another account as its miner.
 */
#include "base/hex.h"
#include "crypto/secret_key.h"
#include "hash/merkle.h"
#include "record/block.h"
#include "record/rules.h"
#include "record/tx.h"
#include "state/pay.h"

#include <err.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TIME = 1700000000, SPACING = 10, GRANT = 1000000000, STRIDE = 7919, THREADS_MAX = 256 };

struct plan {
    int64_t txs, accounts, per_block, tail, branch;
    uint8_t (*keys)[ID_LEN]; /* of the accounts */
    uint8_t payer[ID_LEN], chain[ID_LEN];
    uint8_t (*signatures)[SIGNATURE_LEN]; /* of all transactions, including those of the tail */
    atomic_llong next;                    /* the first slot that no thread has taken */
};

static void check(int failed, const struct fault *f)
{
    if (failed)
        errx(2, "%s", f->text);
}

static void *memory(size_t n, size_t size)
{
    void *p = calloc(n, size);
    if (!p)
        errx(2, "out of memory");
    return p;
}

static void need(int failed)
{
    if (failed)
        errx(2, "out of memory");
}

/* Transaction i is by the account in slot i % accounts. */
static int64_t account_in(const struct plan *p, int64_t slot)
{
    return slot * STRIDE % p->accounts;
}

static void derive(int64_t account, struct secret_key *key)
{
    char text[64];
    struct fault f;
    int n = snprintf(text, sizeof text, account < 0 ? "bench" : "bench %lld", (long long)account);
    check(secret_key_from_text(key, text, (size_t)n, &f), &f);
}

/* Appends the unsigned line of transaction i. */
static void put_tx(const struct plan *p, int64_t i, struct buf *out)
{
    int64_t from = account_in(p, i % p->accounts), round = i / p->accounts;
    int64_t to = (from + 1 + round % (p->accounts - 1)) % p->accounts;
    struct tx tx = {.seq = round, .fee = 1};
    struct move payment = {.amount = 1 + i % 1000, .memo = {"bench", 5}};
    struct buf words = {0};
    memcpy(tx.chain, p->chain, ID_LEN);
    tx.from = account_of_key(p->keys[from]);
    payment.to = account_of_key(p->keys[to]);
    need(pay_words(&payment, &words) || tx_format(&tx, (struct field){words.data, words.len}, out));
    buf_free(&words);
}

static void *derive_keys(void *self)
{
    struct plan *p = self;
    for (int64_t i; (i = atomic_fetch_add(&p->next, 1)) < p->accounts;) {
        struct secret_key key;
        derive(i, &key);
        memcpy(p->keys[i], key.public, ID_LEN);
        secret_key_wipe(&key);
    }
    return NULL;
}

/* A thread takes a slot, and signs all payments by its account. */
static void *sign_slots(void *self)
{
    struct plan *p = self;
    struct buf line = {0};
    struct fault f;
    int64_t all = p->txs + p->tail;
    for (int64_t slot; (slot = atomic_fetch_add(&p->next, 1)) < p->accounts && slot < all;) {
        struct secret_key key;
        derive(account_in(p, slot), &key);
        for (int64_t i = slot; i < all; i += p->accounts) {
            line.len = 0;
            put_tx(p, i, &line);
            check(secret_key_sign(&key, line.data, line.len, p->signatures[i], &f), &f);
        }
        secret_key_wipe(&key);
    }
    buf_free(&line);
    return NULL;
}

static void on_all_cores(struct plan *p, void *(*work)(void *))
{
    pthread_t threads[THREADS_MAX];
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    n = n < 1 ? 1 : n > THREADS_MAX ? THREADS_MAX : n;
    atomic_store(&p->next, 0);
    for (long i = 0; i < n; i++)
        if (pthread_create(&threads[i], NULL, work, p))
            errx(2, "cannot start a thread");
    for (long i = 0; i < n; i++)
        pthread_join(threads[i], NULL);
}

/* Writes the header and the body, and makes *b the next block's header. */
static void put_block(struct block *b, const struct merkle *tree, const struct buf *body,
                      uint8_t id[ID_LEN])
{
    struct buf header = {0};
    b->count = (int64_t)tree->count;
    merkle_root(tree, b->root);
    need(block_format(b, &header));
    sha256(header.data, header.len, id);
    need(buf_add(&header, "\n", 1));
    fwrite(header.data, 1, header.len, stdout);
    fwrite(body->data, 1, body->len, stdout);
    buf_free(&header);
    memcpy(b->prev, id, ID_LEN);
    b->height++;
    b->time += SPACING;
}

/* Adds the lines from `at` on to the tree. */
static void add_lines(struct merkle *tree, const struct buf *body, size_t at)
{
    uint8_t id[SHA256_LEN];
    for (char *end; at < body->len; at = (size_t)(end - body->data) + 1) {
        end = memchr(body->data + at, '\n', body->len - at);
        sha256(body->data + at, (size_t)(end - body->data) - at, id);
        merkle_add(tree, id);
    }
}

static void put_grant(struct buf *body, const uint8_t account[ID_LEN])
{
    char line[128];
    int n = snprintf(line, sizeof line, "grant %s %d\n", hex32(account).text, GRANT);
    need(buf_add(body, line, (size_t)n));
}

static void put_genesis(struct plan *p, struct block *b)
{
    struct buf body = {0};
    struct merkle tree;
    struct rules rules = {
        .name = "bench", .spacing = SPACING, .reward = 50, .maxblock = 32000000, .minfee = 1};
    need(rules_format(&rules, &body));
    put_grant(&body, p->payer);
    for (int64_t i = 0; i < p->accounts; i++)
        put_grant(&body, p->keys[i]);
    merkle_init(&tree);
    add_lines(&tree, &body, 0);
    put_block(b, &tree, &body, p->chain);
    memcpy(b->miner.id, p->keys[p->branch % p->accounts], ID_LEN);
    buf_free(&body);
}

/* The block of the transactions from `first` to before `last`. */
static void put_txs(const struct plan *p, struct block *b, int64_t first, int64_t last)
{
    struct buf body = {0};
    struct merkle tree;
    uint8_t id[ID_LEN];
    merkle_init(&tree);
    for (int64_t i = first; i < last; i++) {
        char end[2 * SIGNATURE_LEN + 2] = " ";
        size_t at = body.len;
        put_tx(p, i, &body);
        hex_encode(end + 1, p->signatures[i], SIGNATURE_LEN);
        end[sizeof end - 1] = '\n';
        need(buf_add(&body, end, sizeof end));
        add_lines(&tree, &body, at);
    }
    put_block(b, &tree, &body, id);
    buf_free(&body);
}

static void put_blocks(const struct plan *p, struct block *b)
{
    int64_t all = p->txs + p->tail;
    for (int64_t i = 0; i < p->txs; i += p->per_block)
        put_txs(p, b, i, i + p->per_block < p->txs ? i + p->per_block : p->txs);
    for (int64_t i = p->txs; i < all; i++)
        put_txs(p, b, i, i + 1);
}

int main(int argc, char **argv)
{
    if (argc != 6)
        errx(2, "usage: makeledger TXS ACCOUNTS PER_BLOCK TAIL BRANCH");
    struct plan p = {.txs = atoll(argv[1]),
                     .accounts = atoll(argv[2]),
                     .per_block = atoll(argv[3]),
                     .tail = atoll(argv[4]),
                     .branch = atoll(argv[5])};
    struct block b = {.time = TIME, .seal = {"0", 1}};
    struct secret_key payer;
    if (p.txs < 0 || p.accounts < 2 || p.accounts % STRIDE == 0 || p.per_block < 1 || p.tail < 0)
        errx(2, "no such ledger");
    memset(b.target, 0xff, ID_LEN);
    p.keys = memory((size_t)p.accounts, sizeof *p.keys);
    p.signatures = memory((size_t)(p.txs + p.tail) + 1, sizeof *p.signatures);
    derive(-1, &payer);
    memcpy(p.payer, payer.public, ID_LEN);
    secret_key_wipe(&payer);
    on_all_cores(&p, derive_keys);
    put_genesis(&p, &b);
    on_all_cores(&p, sign_slots);
    put_blocks(&p, &b);
    free(p.keys);
    free(p.signatures);
    if (fflush(stdout) || ferror(stdout))
        err(2, "stdout");
    return 0;
}
