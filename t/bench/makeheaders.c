/*
 * makeheaders COUNT: writes a genesis block with its body and COUNT headers after it to stdout, the
 * same bytes in every run, in the form that `ledger-chain -H` prints. Their times are early or
 * late at random, so that every target differs; one attempt in two meets it.
 */
#include "base/chance.h"
#include "hash/merkle.h"
#include "record/block.h"
#include "record/rules.h"
#include "work/target.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TIME = 1700000000, SPACING = 10, HALFLIFE = 3600, LINES = 1000 };

static void need(int failed)
{
    if (failed)
        errx(2, "out of memory");
}

static void put(const struct buf *text)
{
    if (fwrite(text->data, 1, text->len, stdout) != text->len)
        err(2, "stdout");
}

/* Gives the block the first seal that meets its target, and computes its line and id. */
static void seal(struct block *b, struct buf *line, uint8_t id[ID_LEN])
{
    char nonce[24];
    for (unsigned n = 0;; n++) {
        b->seal = (struct field){nonce, (size_t)snprintf(nonce, sizeof nonce, "%x", n)};
        line->len = 0;
        need(block_format(b, line));
        sha256(line->data, line->len, id);
        if (b->height == 0 || target_met(id, b->target))
            break;
    }
    need(buf_add(line, "\n", 1));
    b->seal = (struct field){NULL, 0};
}

static void put_genesis(struct block *b, uint8_t id[ID_LEN])
{
    struct rules rules = {.name = "bench",
                          .spacing = SPACING,
                          .halflife = HALFLIFE,
                          .reward = 50,
                          .maxblock = 1000000};
    struct buf body = {0}, line = {0};
    struct merkle tree;
    need(rules_format(&rules, &body));
    merkle_init(&tree);
    for (size_t at = 0; at < body.len;) {
        size_t len = (size_t)((char *)memchr(body.data + at, '\n', body.len - at) - body.data) - at;
        sha256(body.data + at, len, id);
        merkle_add(&tree, id);
        at += len + 1;
    }
    merkle_root(&tree, b->root);
    b->count = (int64_t)tree.count;
    seal(b, &line, id);
    put(&line);
    put(&body);
    buf_free(&body);
    buf_free(&line);
}

static void any_bytes(uint64_t *chance, uint8_t out[32])
{
    for (int i = 0; i < 32; i += 8) {
        uint64_t x = chance_next(chance);
        memcpy(out + i, &x, sizeof x);
    }
}

int main(int argc, char **argv)
{
    struct block b = {.time = TIME};
    struct asert asert = {.time = TIME, .spacing = SPACING, .halflife = HALFLIFE};
    struct buf line = {0};
    uint64_t chance = 1;
    long long count = argc == 2 ? atoll(argv[1]) : -1;
    uint8_t id[ID_LEN], miners[16][ID_LEN];
    if (count < 0)
        errx(2, "usage: makeheaders COUNT");
    memset(b.target, 0xff, ID_LEN);
    b.target[0] = 0x7f;
    memcpy(asert.target, b.target, TARGET_LEN);
    put_genesis(&b, id);
    for (int i = 0; i < 16; i++)
        any_bytes(&chance, miners[i]);
    for (b.height = 1; b.height <= count; b.height++) {
        target_next(&asert, b.height - 1, b.time, b.target);
        memcpy(b.prev, id, ID_LEN);
        memcpy(b.miner.id, miners[chance_below(&chance, 16)], ID_LEN);
        any_bytes(&chance, b.root);
        b.count = 1 + (int64_t)chance_below(&chance, LINES);
        /* never before the previous time, nor more than a spacing off */
        b.time = TIME + SPACING * b.height + (int64_t)chance_below(&chance, SPACING);
        seal(&b, &line, id);
        put(&line);
    }
    buf_free(&line);
    return fflush(stdout) ? 2 : 0;
}
