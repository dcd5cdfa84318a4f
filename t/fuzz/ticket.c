/*
 * record/ticket and farm: what is read of a ticket, a share or a receipt gives back the very bytes;
 * the seal of a nonce is the one that is read as that nonce; what was asked for and what was done
 * add up, whatever the ranges.
 */
#include "record/ticket.h"
#include "farm/cover.h"
#include "farm/pool_work.h"
#include "fuzz.h"
#include "hash/sha256.h"

enum { MEMBERS = 3 };

static void must_say(const char *type, const struct fault *f)
{
    must(f->kind == FAULT_RULE && f->text[0]);
    must(strncmp(f->text, type, strlen(type)) == 0 || strncmp(f->text, "not a", 5) == 0);
}

/* The seal of a nonce, read back. */
static void check_seal(const struct block *b, uint64_t nonce)
{
    struct unsealed u;
    struct fault f;
    struct buf line = {0};
    struct block sealed;
    uint8_t id[ID_LEN], same[ID_LEN];
    uint64_t again;
    must(unsealed_init(&u, b, &f) == 0 && unsealed_seal(&u, nonce, &line) == 0);
    must(block_parse(line.data, line.len, &sealed, &f) == 0);
    must(unsealed_nonce(&u, sealed.seal, &again) == 0 && again == nonce);
    unsealed_id(&u, nonce, id);
    sha256(line.data, line.len, same);
    must_equal(id, ID_LEN, same, ID_LEN);
    buf_free(&line);
    unsealed_free(&u);
}

/* What is left to do of two tickets, of which parts were done. */
struct sum {
    uint64_t last;
    bool any, bad;
};

static void add_uncovered(void *self, const struct ticket *t)
{
    struct sum *s = self;
    must(t->first <= t->last);
    s->bad |= s->any && t->first <= s->last; /* twice, or out of order */
    s->any = true;
    s->last = t->last;
}

static void no_matter(void *self, uint64_t line, uint64_t first, uint64_t last, uint64_t before)
{
    (void)self;
    must(first <= last && line != before);
}

static void check_cover(const struct ticket *t)
{
    struct cover *c = cover_new();
    struct sum sum = {0};
    struct cover_calls calls = {.uncovered = add_uncovered, .overlap = no_matter, .self = &sum};
    struct receipt r = {.ticket = *t};
    struct ticket upper = *t;
    struct fault f;
    uint64_t middle = t->first + (t->last - t->first) / 2;
    must(c);
    upper.first = middle;
    r.ticket.last = middle;
    must(cover_ticket(c, &upper, 1, &f) == 0 && cover_ticket(c, t, 2, &f) == 0);
    must(cover_receipt(c, &r, 3, &f) == 0 && cover_receipt(c, &r, 4, &f) == 0);
    cover_end(c, &calls);
    must(!sum.bad && sum.any == (middle < t->last) && (!sum.any || sum.last == t->last));
    cover_free(c);
}

/* Tickets of members: each from a region of his own, in the range of the work. */
static void check_pool_work(const struct ticket *t)
{
    struct pool_member members[MEMBERS] = {
        {.account.id = {1}}, {.account.id = {2}}, {.account.id = {3}}};
    struct pool_work k = {.members = members, .count = MEMBERS, .range = 1 + t->first % 1000};
    struct fault f;
    struct ticket given;
    if (pool_work_begin(&k, t, &f) < 0) {
        must_say("ticket", &f);
        return;
    }
    must(pool_work_begin(&k, t, &f) == 0);
    uint64_t end = t->first - 1;
    for (size_t i = 0; i < MEMBERS; i++) {
        must(pool_work_ticket(&k, i, &given) && given.first <= given.last);
        must(given.first > end || i == 0);
        must(given.first >= t->first && given.last <= t->last);
        must(account_equal(&given.worker, &members[i].account));
        end = given.last;
    }
    pool_work_free(&k);
}

/* A share of the work that its own header is, whatever its worker, counts once; where so many have
 * come that no more are taken, the block still is. */
static void check_counting(const struct share *s)
{
    struct pool_member member = {0};
    struct pool_work k = {.members = &member, .count = 1, .range = 1};
    struct ticket work = {.last = UINT64_MAX, .block = s->block};
    bool is_block, again;
    struct fault f;
    member.account = s->worker;
    memcpy(work.share, s->share, ID_LEN);
    work.block.seal.len = 0;
    must(pool_work_share(&k, s, &is_block, &f) < 0 && f.kind == FAULT_RULE);
    must(pool_work_begin(&k, &work, &f) == 1);
    if (pool_work_share(&k, s, &is_block, &f) == 0) {
        must(k.over == is_block && k.seen.count == 1);
        must(pool_work_share(&k, s, &again, &f) < 0 && f.kind == FAULT_RULE);
        must(pool_work_recall(&k, s, &f) == 0 && k.seen.count == 1);
        nonces_free(&k.seen);
        k.seen.count = NONCES_MAX;
        k.over = false;
        must((pool_work_share(&k, s, &again, &f) == 0) == is_block);
    } else {
        must_say("share", &f);
    }
    pool_work_free(&k);
}

static void check_ticket(const char *line, size_t len)
{
    struct ticket t;
    struct fault f;
    struct buf again = {0};
    if (ticket_parse(line, len, &t, &f)) {
        must_say("ticket", &f);
        return;
    }
    must(t.first <= t.last && memcmp(t.share, t.block.target, ID_LEN) >= 0 && !t.block.seal.len);
    must(ticket_format(&t, &again) == 0);
    must_equal(again.data, again.len, line, len);
    buf_free(&again);
    check_seal(&t.block, t.first);
    check_cover(&t);
    check_pool_work(&t);
}

static void check_receipt(const char *line, size_t len)
{
    struct receipt r;
    struct fault f;
    struct buf again = {0};
    if (receipt_parse(line, len, &r, &f)) {
        must_say("exhausted", &f);
        return;
    }
    must(r.ticket.first <= r.best && r.best <= r.ticket.last);
    must(receipt_format(&r, &again) == 0);
    must_equal(again.data, again.len, line, len);
    buf_free(&again);
    check_seal(&r.ticket.block, r.best);
}

static void check_share(const char *line, size_t len)
{
    struct share s;
    struct unsealed u;
    struct fault f;
    struct buf again = {0};
    uint64_t nonce;
    if (share_parse(line, len, &s, &f)) {
        must_say("share", &f);
        return;
    }
    must(s.block.seal.len >= 1 && s.header.text + s.header.len == line + len);
    must(share_format(&s, &again) == 0);
    must_equal(again.data, again.len, line, len);
    must(unsealed_init(&u, &s.block, &f) == 0 && unsealed_is(&u, &s.header));
    again.len = 0;
    if (unsealed_nonce(&u, s.block.seal, &nonce) == 0) {
        must(unsealed_seal(&u, nonce, &again) == 0);
        must_equal(again.data, again.len, s.header.text, s.header.len);
    }
    check_counting(&s);
    buf_free(&again);
    unsealed_free(&u);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const char *line = (const char *)data;
    struct fault f;
    if (n > LINE_MAX_LEN || line_check(line, n, &f))
        return 0;
    check_ticket(line, n);
    check_receipt(line, n);
    check_share(line, n);
    return 0;
}
