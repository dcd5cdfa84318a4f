/* The requests of a header puller. */
#include "sync/header_puller.h"

#include "hash/sha256.h"

#include <stdio.h>
#include <string.h>

static int send(struct header_puller *p, struct session *s, enum header_request request,
                struct buf *line, int64_t now, struct fault *f)
{
    p->request = request;
    p->wants_genesis = request == REQUEST_HEADERS && !p->chain->begun(p->chain->self);
    p->asked = p->progress = now;
    p->got = p->fresh = 0;
    p->group.len = p->group_lines = p->attests_bytes = 0;
    if (request != REQUEST_JUMP) { /* which may be back to the block of a proof */
        p->header.len = 0;
        p->proved = false;
        p->state.len = 0;
        p->state_lines = 0;
    }
    int failed = session_put(s, line->data, line->len);
    buf_free(line);
    return failed ? fault_memory(f) : 0;
}

int header_puller_ask(struct header_puller *p, struct session *s, int64_t count, int64_t now,
                      struct fault *f)
{
    uint8_t ids[WIRE_LOCATOR_MAX][ID_LEN];
    struct buf line = {0};
    int n = 0;
    if (p->goes_on) /* the last answer may be of a branch that does not have the most work yet */
        memcpy(ids[n++], p->last, ID_LEN);
    n += p->chain->locate(p->chain->self, ids + n, WIRE_LOCATOR_MAX - n);
    p->left = count;
    if (buf_add_string(&line, "headers ") || buf_add_number(&line, count) ||
        wire_put_ids("", (const uint8_t(*)[ID_LEN])ids, (size_t)n, &line)) {
        buf_free(&line);
        return fault_memory(f);
    }
    return send(p, s, REQUEST_HEADERS, &line, now, f);
}

int header_puller_jump(struct header_puller *p, struct session *s, int64_t height, int64_t now,
                       struct fault *f)
{
    struct buf line = {0};
    p->left = 2;
    p->goes_on = false;
    if (buf_add_string(&line, "jump ") || buf_add_number(&line, height) ||
        buf_add(&line, "\n", 1)) {
        buf_free(&line);
        return fault_memory(f);
    }
    return send(p, s, REQUEST_JUMP, &line, now, f);
}

int header_puller_prove(struct header_puller *p, struct session *s, const uint8_t id[ID_LEN],
                        int64_t now, struct fault *f)
{
    struct buf line = {0};
    memcpy(p->wanted, id, ID_LEN);
    if (wire_put_ids("prove", (const uint8_t(*)[ID_LEN])(const void *)id, 1, &line)) {
        buf_free(&line);
        return fault_memory(f);
    }
    return send(p, s, REQUEST_PROOF, &line, now, f);
}

int header_puller_balance(struct header_puller *p, struct session *s, const struct account *account,
                          int64_t height, int64_t now, struct fault *f)
{
    struct buf line = {0};
    struct account_text of = account_text(account);
    char place[sizeof "account " + ACCOUNT_TEXT_MAX];
    int n = snprintf(place, sizeof place, "account %s", of.text);
    sha256(place, (size_t)n, p->wanted);
    if (buf_add_string(&line, "balance ") || buf_add(&line, of.text, of.len) ||
        buf_add_string(&line, " ") || buf_add_number(&line, height) || buf_add(&line, "\n", 1)) {
        buf_free(&line);
        return fault_memory(f);
    }
    return send(p, s, REQUEST_BALANCE, &line, now, f);
}

int header_puller_attests(struct header_puller *p, struct session *s, const uint8_t after[ID_LEN],
                          int64_t count, int64_t now, struct fault *f)
{
    struct buf line = {0};
    p->left = count;
    memcpy(p->attested, after, ID_LEN);
    if (buf_add_string(&line, "attests ") || buf_add_number(&line, count) ||
        wire_put_ids("", (const uint8_t(*)[ID_LEN])(const void *)after, 1, &line)) {
        buf_free(&line);
        return fault_memory(f);
    }
    return send(p, s, REQUEST_ATTESTS, &line, now, f);
}
