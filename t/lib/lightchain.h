/* Makes chains that members seal, header by header, as a light client reads them: for lighttest.c
 * and t/bench/makelight.c. Whatever it is told, it signs. */
#ifndef T_LIB_LIGHTCHAIN_H
#define T_LIB_LIGHTCHAIN_H

#include "base/hex.h"
#include "crypto/secret_key.h"
#include "hash/merkle.h"
#include "record/member.h"
#include "record/vote.h"

#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BEGIN = 1700000000, SPACING = 10 };

struct maker {
    size_t count;
    struct secret_key *keys; /* ascending by public key, as members are */
    uint8_t chain[ID_LEN];
};

/* A header that was made. Its set is the one in its TARGET. */
struct made {
    int64_t height, time;
    uint8_t id[ID_LEN], target[ID_LEN];
    char line[1024]; /* with its newline */
};

static inline int by_public(const void *a, const void *b)
{
    return memcmp(((const struct secret_key *)a)->public, ((const struct secret_key *)b)->public,
                  ID_LEN);
}

static inline void need(int failed)
{
    if (failed)
        errx(2, "cannot make it");
}

static inline struct maker maker_new(size_t count)
{
    struct maker m = {.count = count, .keys = calloc(count, sizeof *m.keys)};
    struct fault f;
    need(!m.keys);
    for (size_t i = 0; i < count; i++) {
        char name[32];
        int n = snprintf(name, sizeof name, "light %zu", i);
        need(secret_key_from_text(&m.keys[i], name, (size_t)n, &f));
    }
    qsort(m.keys, count, sizeof *m.keys, by_public);
    return m;
}

static inline void maker_free(struct maker *m)
{
    for (size_t i = 0; i < m->count; i++)
        secret_key_wipe(&m->keys[i]);
    free(m->keys);
}

/* The set of those keys whose weight is not 0. The caller frees it. */
static inline struct member_set set_of(const struct maker *m, const int64_t *weights)
{
    struct member_set set = {0};
    struct fault f;
    for (size_t i = 0; i < m->count; i++) {
        struct member one = {.weight = weights[i]};
        memcpy(one.key, m->keys[i].public, ID_LEN);
        if (one.weight)
            need(member_set_add(&set, &one, &f));
    }
    return set;
}

static inline void put_set(const struct maker *m, const int64_t *weights, struct buf *out)
{
    struct member_set set = set_of(m, weights);
    char line[MEMBER_LINE_MAX];
    for (size_t i = 0; i < set.count; i++) {
        size_t n = member_format(&set.list[i], line);
        need(buf_add(out, line, n) || buf_add(out, "\n", 1));
    }
    member_set_free(&set);
}

/* Signs the text of *out from `from` on, and ends it. */
static inline void sign_line(const struct secret_key *k, struct buf *out, size_t from)
{
    uint8_t signature[SIGNATURE_LEN];
    char hex[2 * SIGNATURE_LEN];
    struct fault f;
    need(secret_key_sign(k, out->data + from, out->len - from, signature, &f));
    hex_encode(hex, signature, SIGNATURE_LEN);
    need(buf_add(out, " ", 1) || buf_add(out, hex, sizeof hex) || buf_add(out, "\n", 1));
}

/* The Merkle root of the lines' ids, and how many there are. */
static inline int64_t root_of(const struct buf *lines, uint8_t root[ID_LEN])
{
    struct merkle tree;
    uint8_t id[ID_LEN];
    int64_t count = 0;
    merkle_init(&tree);
    for (size_t at = 0, len; at < lines->len; at += len + 1, count++) {
        len = (size_t)((char *)memchr(lines->data + at, '\n', lines->len - at) - lines->data) - at;
        sha256(lines->data + at, len, id);
        merkle_add(&tree, id);
    }
    merkle_root(&tree, root);
    return count;
}

/* A header at this height and time, after prev, with the set of these weights in its TARGET and
 * this body. */
static inline struct made make_with_body(const struct maker *m, const uint8_t prev[ID_LEN],
                                         int64_t height, int64_t time, const int64_t *weights,
                                         size_t miner, const struct buf *body)
{
    struct made made = {.height = height, .time = time};
    struct member_set set = set_of(m, weights);
    struct buf line = {0};
    uint8_t root[ID_LEN];
    char text[600];
    member_set_root(&set, made.target);
    int64_t count = root_of(body, root);
    int n = snprintf(text, sizeof text, "block %" PRId64 " %s %s %" PRId64 " %s %s %" PRId64,
                     height, hex32(prev).text, hex32(root).text, time, hex32(made.target).text,
                     hex32(m->keys[miner].public).text, count);
    need(buf_add(&line, text, (size_t)n));
    sign_line(&m->keys[miner], &line, 0);
    sha256(line.data, line.len - 1, made.id);
    memcpy(made.line, line.data, line.len);
    made.line[line.len] = '\0';
    member_set_free(&set);
    buf_free(&line);
    return made;
}

/* The same with an empty body. */
static inline struct made make_header(const struct maker *m, const uint8_t prev[ID_LEN],
                                      int64_t height, int64_t time, const int64_t *weights,
                                      size_t miner)
{
    return make_with_body(m, prev, height, time, weights, miner, &(struct buf){0});
}

/* The next one, a spacing later. */
static inline struct made make_next(const struct maker *m, const struct made *p,
                                    const int64_t *weights, size_t miner)
{
    return make_header(m, p->id, p->height + 1, p->time + SPACING, weights, miner);
}

/* A vote of this key. */
static inline void put_vote(const struct maker *m, const uint8_t chain[ID_LEN], int64_t height,
                            int64_t round, const char *step, const uint8_t block[ID_LEN],
                            size_t key, struct buf *out)
{
    char text[400];
    size_t from = out->len;
    int n = snprintf(text, sizeof text, "vote %s %" PRId64 " %" PRId64 " %s %s %s",
                     hex32(chain).text, height, round, step, hex32(block).text,
                     hex32(m->keys[key].public).text);
    need(buf_add(out, text, (size_t)n));
    sign_line(&m->keys[key], out, from);
}

/* Votes of those whose weight here is not 0. */
static inline void put_votes(const struct maker *m, const struct made *h, int64_t round,
                             const int64_t *voters, struct buf *out)
{
    for (size_t i = 0; i < m->count; i++)
        if (voters[i])
            put_vote(m, m->chain, h->height, round, "precommit", h->id, i, out);
}

static inline void put_header(const struct made *h, struct buf *out)
{
    need(buf_add(out, h->line, strlen(h->line)));
}

/* Appends the genesis block of a chain with this seal, and more rules, each with its newline. */
static inline struct made put_genesis(struct maker *m, const char *seal, const char *more,
                                      const int64_t *weights, struct buf *out)
{
    struct made made = {.height = 0, .time = BEGIN};
    struct member_set set = set_of(m, weights);
    struct buf body = {0};
    uint8_t root[ID_LEN];
    char text[700];
    int n = snprintf(text, sizeof text,
                     "rule name light\nrule seal %s\nrule spacing %d\nrule halflife 0\n"
                     "rule reward 0\nrule halving 0\nrule maxblock 100000\nrule minfee 0\n%s",
                     seal, SPACING, more);
    need(buf_add(&body, text, (size_t)n));
    put_set(m, weights, &body);
    int64_t count = root_of(&body, root);
    member_set_root(&set, made.target);
    n = snprintf(made.line, sizeof made.line, "block 0 %064d %s %d %s %064d %" PRId64 " 0\n", 0,
                 hex32(root).text, BEGIN, hex32(made.target).text, 0, count);
    sha256(made.line, (size_t)n - 1, made.id);
    memcpy(m->chain, made.id, ID_LEN);
    need(buf_add(out, made.line, (size_t)n) || buf_add(out, body.data, body.len));
    buf_free(&body);
    member_set_free(&set);
    return made;
}

#endif
