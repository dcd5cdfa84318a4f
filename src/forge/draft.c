#include "forge/draft.h"

#include "base/chance.h"
#include "base/hex.h"
#include "base/num.h"
#include "hash/merkle.h"
#include "seal/seal.h"
#include "work/miner.h"

#include <stdio.h>
#include <string.h>

enum { TRIES = 1 << 16 }; /* for a nonce that is not good enough */

/* --- Reading ---------------------------------------------------------------------------------- */

int draft_read(struct draft *d, struct block_forger *g, bool genesis, struct fault *f)
{
    struct tree *t = &g->ledger->tree;
    const struct node *node = genesis ? &t->genesis : &t->best;
    struct buf text = {0};
    *d = (struct draft){.g = g, .is_genesis = genesis};
    if (!genesis && node->height == 0)
        return fault_rule(f, "the ledger has only a genesis block: only that can be forged");
    if ((!genesis && tree_get(t, node->parent, &d->parent, f)) ||
        ledger_read(g->ledger, node, false, &text, f)) {
        buf_free(&text);
        return -1;
    }
    size_t header = (size_t)((const char *)memchr(text.data, '\n', text.len) - text.data);
    int result = block_form(text.data, header, &d->b, f);
    d->b.seal = (struct field){0};
    d->count = (size_t)d->b.count;
    d->signed_count = (size_t)node->signed_count;
    if (!result && buf_add(&d->body, text.data + header + 1, text.len - header - 1))
        result = fault_memory(f);
    buf_free(&text);
    return result;
}

void draft_free(struct draft *d)
{
    buf_free(&d->body);
    if (d->has_outsider)
        secret_key_wipe(&d->outsider);
}

/* --- Lines ------------------------------------------------------------------------------------ */

/* Where line i begins; line `count` begins at the end. */
static size_t offset_of(const struct draft *d, size_t i)
{
    const char *at = d->body.data;
    while (i--)
        at = (const char *)memchr(at, '\n', (size_t)(d->body.data + d->body.len - at)) + 1;
    return (size_t)(at - d->body.data);
}

struct field draft_line(const struct draft *d, size_t i)
{
    const char *at = d->body.data + offset_of(d, i);
    const char *end = memchr(at, '\n', (size_t)(d->body.data + d->body.len - at));
    return (struct field){at, (size_t)(end - at)};
}

bool draft_is(const struct draft *d, size_t i, const char *word)
{
    struct field line = draft_line(d, i);
    return line_is(line.text, line.len, word);
}

size_t draft_find(const struct draft *d, const char *word, size_t from)
{
    while (from < d->count && !draft_is(d, from, word))
        from++;
    return from;
}

int draft_insert(struct draft *d, size_t i, struct field line)
{
    size_t at = d->count ? offset_of(d, i) : 0;
    if (buf_reserve(&d->body, line.len + 1))
        return -1;
    char *place = d->body.data + at;
    memmove(place + line.len + 1, place, d->body.len - at);
    memcpy(place, line.text, line.len);
    place[line.len] = '\n';
    d->body.len += line.len + 1;
    d->count++;
    return 0;
}

void draft_remove(struct draft *d, size_t i)
{
    size_t at = offset_of(d, i), next = offset_of(d, i + 1);
    memmove(d->body.data + at, d->body.data + next, d->body.len - next);
    d->body.len -= next - at;
    d->count--;
}

int draft_replace(struct draft *d, size_t i, struct field line)
{
    if (draft_insert(d, i, line))
        return -1;
    draft_remove(d, i + 1);
    return 0;
}

int draft_cut(struct draft *d, size_t i, struct fault *f)
{
    struct field line = draft_line(d, i);
    struct buf text = {0};
    while (line.text[--line.len] != ' ')
        ;
    int failed = buf_add(&text, line.text, line.len) ||
                 draft_replace(d, i, (struct field){text.data, text.len});
    buf_free(&text);
    return failed ? fault_memory(f) : 0;
}

/* --- Keys ------------------------------------------------------------------------------------- */

const struct secret_key *draft_key(const struct draft *d, const struct account *a)
{
    for (size_t i = 0; a->form == ACCOUNT_KEY && i < d->g->keys_count; i++) {
        const struct secret_key *k = &d->g->keys[i];
        if (k->scheme == SIGNATURE_ED25519 && memcmp(k->public, a->id, ID_LEN) == 0)
            return k;
    }
    return NULL;
}

const struct secret_key *draft_outsider(struct draft *d, struct fault *f)
{
    char text[64];
    int n = snprintf(text, sizeof text, "nobody %llu",
                     (unsigned long long)chance_next(&d->g->chance));
    if (!d->has_outsider && secret_key_from_text(&d->outsider, text, (size_t)n, f))
        return NULL;
    d->has_outsider = true;
    return &d->outsider;
}

int draft_sign(const struct secret_key *k, struct buf *text, struct fault *f)
{
    struct signature_text signature;
    if (secret_key_sign_text(k, text->data, text->len, &signature, f))
        return -1;
    return buf_add(text, " ", 1) || buf_add(text, signature.text, signature.len) ? fault_memory(f)
                                                                                 : 0;
}

/* --- The end ---------------------------------------------------------------------------------- */

static void set_root(struct draft *d)
{
    struct merkle m;
    const char *at = d->body.data;
    merkle_init(&m);
    for (size_t i = 0; i < d->count; i++) {
        uint8_t id[ID_LEN];
        const char *end = memchr(at, '\n', (size_t)(d->body.data + d->body.len - at));
        sha256(at, (size_t)(end - at), id);
        merkle_add(&m, id);
        at = end + 1;
    }
    merkle_root(&m, d->b.root);
    d->b.count = (int64_t)d->count;
}

/* Where members seal, genesis names the set of its member lines. */
static void set_target(struct draft *d)
{
    struct merkle m;
    merkle_init(&m);
    for (size_t i = 0; i < d->count; i++) {
        uint8_t id[ID_LEN];
        struct field line = draft_line(d, i);
        if (!line_is(line.text, line.len, "member"))
            continue;
        sha256(line.text, line.len, id);
        merkle_add(&m, id);
    }
    merkle_root(&m, d->b.target);
}

/* A nonce that does not meet TARGET. */
static int fail_to_mine(struct draft *d, struct buf *header, struct fault *f)
{
    size_t len = header->len;
    uint8_t id[TARGET_LEN];
    int tries = 0;
    do {
        if (tries++ == TRIES)
            return fault_rule(f, "any nonce is good enough for its target");
        header->len = len;
        if (buf_add_number(header, 1 + (int64_t)chance_below(&d->g->chance, INT32_MAX)))
            return fault_memory(f);
        sha256(header->data, header->len, id);
    } while (memcmp(id, d->b.target, TARGET_LEN) <= 0);
    return 0;
}

/* The first nonce that meets it, by one thread: what a class can mine takes it seconds. */
static int mine(struct draft *d, struct buf *header, struct fault *f)
{
    struct mine_job job;
    struct mine_watch watch = {0};
    char nonce[SEAL_DIGITS];
    uint64_t found;
    size_t len;
    if (d->seal == SEAL_OTHER)
        return fail_to_mine(d, header, f);
    if (mine_job_init(&job, header->data, header->len, d->b.target, &len))
        return fault_trouble(f, "no seal fits this header");
    int result = mine_search(&job, 1, &watch, &found, f);
    if (result <= 0)
        return result ? -1 : fault_rule(f, "no nonce meets its target");
    mine_seal(len, found, nonce);
    return buf_add(header, nonce, len) ? fault_memory(f) : 0;
}

/* The miner's signature, or one that it is not. */
static int seal_by_member(struct draft *d, struct buf *header, struct fault *f)
{
    struct account nobody = {.form = ACCOUNT_KEY};
    const struct secret_key *k = draft_key(d, &d->b.miner);
    memcpy(nobody.id, d->outsider.public, ID_LEN);
    if (d->has_outsider && account_equal(&nobody, &d->b.miner))
        k = &d->outsider;
    if (!k)
        return fault_rule(f, "the key of %s is needed, who seals it (-k)",
                          account_text(&d->b.miner).text);
    header->len--; /* the space, which the signature brings */
    if (draft_sign(k, header, f))
        return -1;
    char *last = header->data + header->len - 1;
    if (d->seal == SEAL_OTHER)
        last[-SIGNATURE_LEN] = last[-SIGNATURE_LEN] == '0' ? '1' : '0';
    if (d->seal == SEAL_MALFORMED)
        header->len--;
    return 0;
}

int draft_finish(struct draft *d, struct buf *out, struct fault *f)
{
    const struct seal *seal = d->g->ledger->tree.anchor.seal;
    struct buf header = {0};
    set_root(d);
    if (d->is_genesis && !seal->is_mined && !d->keeps_target)
        set_target(d);
    int result = block_format(&d->b, &header) ? fault_memory(f) : 0;
    if (result)
        ;
    else if (d->is_genesis)
        result = buf_add(&header, "0", 1) ? fault_memory(f) : 0;
    else if (seal->is_mined)
        result = mine(d, &header, f);
    else
        result = seal_by_member(d, &header, f);
    if (!result && (buf_add(out, header.data, header.len) || buf_add(out, "\n", 1) ||
                    buf_add(out, d->body.data, d->body.len)))
        result = fault_memory(f);
    buf_free(&header);
    return result;
}
