#include "raft/raft_image.h"
#include "raft/raft_node.h"

#include <string.h>

/* --- Made here ------------------------------------------------------------------------------- */

/* Cuts the log before the image, but for some entries for followers that are a little behind. */
static void cut_log(struct raft *r)
{
    uint64_t keep = (uint64_t)r->set.keep, index = r->image.index;
    if (index > keep && index - keep > r->log.base)
        raft_log_cut_before(&r->log, index - keep);
    raft_config_trim(r, r->image.index);
}

/* Which proposals were applied by the commits up to index, given those up to the last image. */
static int applied_by(struct raft *r, uint64_t index, struct applied *a)
{
    for (uint64_t i = r->image.index + 1; i <= index; i++) {
        const struct raft_entry *e = raft_log_at(&r->log, i);
        struct proposal_id id = {.client = e->client, .serial = e->serial};
        if (e->kind == RAFT_RECORD && applied_add(a, id) < 0)
            return fault_memory(r->f);
    }
    return 0;
}

/* A snapshot that is old, too large, or of what is not applied yet is rejected with a note. */
int raft_compact(struct raft *r, uint64_t index, const struct payload *state)
{
    if (index <= r->image.index || index > r->last_applied)
        return engine_note(r->out, r->f, "reject snapshot %llu", (unsigned long long)index);
    if (applied_by(r, index, &r->image.applied) != 0)
        return -1;
    uint64_t term = raft_log_term(&r->log, index);
    struct payload *p = raft_image_make(raft_config_of(r, index), &r->image.applied, state,
                                        r->names, r->f);
    if (p == NULL)
        return r->f->kind == FAULT_RULE ? engine_note(r->out, r->f, "reject snapshot too-large")
                                        : -1;
    payload_unref(r->image.payload);
    r->image.payload = p;
    r->image.index = index;
    r->image.term = term;
    cut_log(r);
    return raft_save_image(r);
}

/* --- Sent ------------------------------------------------------------------------------------ */

/* Whole lines of the image from `offset` on: the setting piece, and up to the end of that line. */
static struct payload *piece_of(const struct raft *r, uint64_t offset)
{
    const struct payload *p = r->image.payload;
    size_t left = p->len - (size_t)offset, n = (size_t)r->set.piece;
    if (n >= left)
        return offset == 0 ? payload_ref(r->image.payload) : payload_new(p->text + offset, left);
    const char *stop = memchr(p->text + offset + n - 1, '\n', left - n + 1);
    return payload_new(p->text + offset, (size_t)(stop + 1 - (p->text + offset)));
}

/* One piece is in flight at a time; after the last one, entries follow (section 7; thesis 5.3;
 * rule R19). */
int raft_send_image(struct raft *r, struct raft_peer *p)
{
    if (p->progress != RAFT_IMAGING || p->image != r->image.index ||
        p->offset > r->image.payload->len) {
        p->offset = 0;
        p->image = r->image.index;
    }
    p->progress = RAFT_IMAGING;
    p->paused = true;
    p->next = p->image + 1;
    if (p->offset == r->image.payload->len)
        return 0; /* all of it is there; the answer comes when it is on disk */
    struct raft_item *x = raft_item_new(RAFT_SNAPSHOT, 0);
    if (x == NULL)
        return fault_memory(r->f);
    x->term = r->term;
    x->index = r->image.index;
    x->log_term = r->image.term;
    x->offset = p->offset;
    x->total = r->image.payload->len;
    x->round = r->round;
    x->payload = piece_of(r, p->offset);
    if (x->payload == NULL) {
        engine_item_unref(&x->head);
        return fault_memory(r->f);
    }
    return raft_send(r, p->node, x);
}

/* --- Received -------------------------------------------------------------------------------- */

/* An image replaces the log. If the log has the last entry of the image, what follows it stays
 * (section 7; rule R18). */
static void replace_log(struct raft *r, uint64_t index, uint64_t term)
{
    bool keeps = RAFT_BROKEN(r, 18) && index >= r->log.base && index <= raft_log_last(&r->log);
    if (keeps || raft_log_has(&r->log, index, term)) {
        raft_log_cut_before(&r->log, index);
        r->log.base_term = term;
        raft_config_trim(r, index);
        return;
    }
    raft_cut_after(r, r->log.base);
    raft_log_restart(&r->log, index, term);
    r->config_count = 0;
}

int raft_restore(struct raft *r, uint64_t index, uint64_t term, struct payload *payload)
{
    struct raft_config c;
    struct applied applied = {0};
    struct engine_output x = {.kind = ENGINE_RESTORE, .index = index};
    if (raft_image_read(payload, r->names, &c, &applied, &x.payload, r->f) != 0) {
        applied_free(&applied);
        return -1;
    }
    replace_log(r, index, term);
    payload_ref(payload);
    payload_unref(r->image.payload);
    applied_free(&r->image.applied);
    applied_free(&r->applied);
    r->image = (struct raft_image){index, term, payload, applied};
    r->commit = r->last_applied = index;
    if (engine_put(r->out, &x, r->f) != 0)
        return -1;
    if (applied_copy(&r->image.applied, &r->applied) != 0)
        return fault_memory(r->f);
    return r->config_count == 0 ? raft_config_push(r, index, &c) : 0;
}

static int answer_piece(struct raft *r, const struct raft_item *x)
{
    struct raft_item *answer = raft_item_new(RAFT_RECEIVED, 0);
    if (answer != NULL) {
        answer->term = r->term;
        answer->index = x->index;
        answer->offset = r->arriving.len;
        answer->round = r->round_heard;
    }
    r->round_answered = r->round_heard;
    return raft_send(r, r->leader, answer);
}

/* All pieces have arrived. The image is acknowledged once it is on disk. */
static int install(struct raft *r, const struct raft_item *x)
{
    struct payload *whole = payload_new(r->arriving.data, r->arriving.len);
    if (whole == NULL)
        return fault_memory(r->f);
    int result = raft_restore(r, x->index, x->log_term, whole);
    payload_unref(whole);
    if (result != 0 && r->f->kind == FAULT_RULE)
        return engine_note(r->out, r->f, "reject snapshot %s", r->f->text);
    if (result != 0 || raft_save_image(r) != 0)
        return -1;
    if (r->matched < x->index)
        r->matched = x->index;
    return raft_acknowledge(r, false);
}

/* Whether a piece is the first of an image, or the next of the one that is arriving. */
static bool continues(struct raft *r, const struct raft_item *x)
{
    if (x->offset == 0) {
        r->arriving.len = 0;
        r->arriving_index = x->index;
    }
    return x->index == r->arriving_index && x->offset == r->arriving.len;
}

int raft_on_snapshot(struct raft *r, const struct raft_item *x)
{
    if (x->round > r->round_heard)
        r->round_heard = x->round;
    if (x->index <= r->commit && !RAFT_BROKEN(r, 18)) {
        if (r->matched < x->index)
            r->matched = x->index;
        return raft_acknowledge(r, true);
    }
    if (x->total > PAYLOAD_MAX || x->offset + x->payload->len > x->total)
        return engine_note(r->out, r->f, "reject snapshot too-large");
    if (continues(r, x) && buf_add(&r->arriving, x->payload->text, x->payload->len) != 0)
        return fault_memory(r->f);
    if (x->index != r->arriving_index || r->arriving.len < x->total)
        return answer_piece(r, x);
    int result = install(r, x);
    buf_free(&r->arriving);
    r->arriving_index = 0;
    return result;
}
