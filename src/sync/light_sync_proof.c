/* What is asked for one by one: the header of a checkpoint, jumps, and proofs. */
#include "sync/light_sync_parts.h"

#include <string.h>

enum { PROOF_TRIES = 3 }; /* of one proof by one peer, whose chain grows meanwhile */

bool light_sync_is_proved(const struct light_sync *s, size_t i)
{
    const struct light_proof *p = &s->proofs[i];
    return p->found &&
           (p->block == LIGHT_JUMPED_OVER || light_is_on(s->light, p->block, light_best(s->light)));
}

size_t light_sync_wanted(const struct light_sync *s)
{
    return s->config.ids_count + s->config.accounts_count;
}

const struct account *light_sync_account(const struct light_sync *s, size_t i)
{
    return i < s->config.ids_count ? NULL : &s->config.accounts[i - s->config.ids_count];
}

bool light_sync_is_settled(const struct light_sync *s, size_t i)
{
    return light_sync_is_proved(s, i) &&
           (!light_sync_account(s, i) ||
            s->proofs[i].holding.height == light_state_height(s->light));
}

/* A fault while an answer is used: the peer's, or our own, which ends the run. */
static void fail(struct light_peer *p, const struct fault *f)
{
    if (f->kind == FAULT_RULE)
        pull_peer_drop(&p->base, NULL, f);
    else
        pull_peer_blame(&p->base, f);
}

/* The header of the checkpoint at which the headers are to begin. */
static void take_anchor(struct light_peer *p)
{
    struct fault f;
    const struct buf *header = &p->puller.header;
    if (!header->len) {
        pull_run_log(&p->run->base, p->base.who, "none", p->puller.wanted, "checkpoint");
        pull_peer_tell(&p->base, NULL, "does not have the block of the checkpoint");
        pull_peer_doom(&p->base, "done");
    } else if (buf_add(&p->puller.header, p->puller.group.data, p->puller.group.len)) {
        fault_memory(&f);
        fail(p, &f);
    } else if (light_sync_take(p, header->data, header->len, false, &f) < 0) {
        fail(p, &f);
    }
}

/* The block's height, which its header claims; -1: it is malformed. */
static int64_t height_of(const struct buf *header)
{
    struct block b;
    struct fault ignored;
    const char *end = header->len ? memchr(header->data, '\n', header->len) : NULL;
    size_t len = end ? (size_t)(end - header->data) : header->len;
    return header->len && block_parse(header->data, len, &b, &ignored) == 0 ? b.height : -1;
}

static void keep_proof(struct light_peer *p, size_t block)
{
    struct light_proof *proof = &p->run->proofs[p->next_id];
    proof->found = true;
    proof->proof = p->puller.proof;
    proof->block = block;
    proof->height = height_of(&p->puller.header);
    struct buf *from = block == LIGHT_JUMPED_OVER ? &p->jump : &p->puller.header;
    buf_free(&proof->header);
    proof->header = *from;
    *from = (struct buf){0};
    buf_free(&proof->state);
    proof->state = p->puller.state;
    p->puller.state = (struct buf){0};
    proof->holding = p->holding;
    p->run->base.progress = p->run->base.now;
}

/* Whether the proof can be checked at all: 1, 0 if its block is not known, -1 and a fault. */
static int knows_block(struct light_peer *p, size_t *block, struct fault *f)
{
    const struct proof *proof = &p->puller.proof;
    if (!p->puller.proved)
        return 0;
    if (p->jump.len) /* it has shown one */
        return 1;
    return light_find(p->run->light, proof->block, block, f);
}

/* Judges a proof, and what it says of an account: 1, 0 and a rule, -1 and trouble. */
static int judge_proof(struct light_peer *p, size_t *block, struct fault *f)
{
    struct light_sync *s = p->run;
    const struct account *account = light_sync_account(s, p->next_id);
    const struct buf *state = &p->puller.state;
    int valid = light_prove(s->light, &p->puller.proof, block, f);
    if (valid <= 0 || !account)
        return valid;
    if (holding_check(state->data, state->len, account, &p->holding, f))
        return 0;
    if (p->holding.height == p->asked_height)
        return 1;
    fault_rule(f, "state: of another height than was asked for");
    return 0;
}

static void take_proof(struct light_peer *p)
{
    struct light_sync *s = p->run;
    struct fault f;
    size_t block = LIGHT_JUMPED_OVER;
    const struct light_sum sum = light_sum(s->light);
    int has = knows_block(p, &block, &f);
    int valid = has > 0 ? judge_proof(p, &block, &f) : 0;
    int64_t height = height_of(&p->puller.header);
    if (p->puller.proved && !has && sum.by_votes && height > 1 && height < sum.trusted &&
        !p->back) {
        p->back = height; /* its block was jumped over: go back to it */
        return;
    }
    if (p->puller.proved && !has && ++p->tries < PROOF_TRIES)
        return; /* its block is newer than our headers: they are asked for first */
    pull_run_log(&s->base, p->base.who, valid > 0 ? "proof" : "none", p->puller.wanted, NULL);
    /* a block that too few have sealed upon may be proved later */
    bool wrong = block == LIGHT_JUMPED_OVER ||
                 (light_is_on(s->light, block, light_best(s->light)) &&
                  (!sum.by_members || light_height(s->light, block) <= sum.trusted));
    if (has < 0 || valid < 0)
        fail(p, &f);
    else if (has && !valid && wrong)
        pull_peer_drop(&p->base, NULL, &f);
    if (valid > 0)
        keep_proof(p, block);
    p->next_id++;
    p->tries = 0;
    p->back = 0;
    p->jump.len = 0;
}

const struct checkpointed *light_sync_anchor(const struct light_sync *s)
{
    const struct checkpoints *set = s->config.set;
    return set && set->count && light_sum(s->light).headers <= 1 &&
                   set->blocks[set->count - 1].height > 0
               ? &set->blocks[set->count - 1]
               : NULL;
}

/* After a jump: what to ask for next. */
static void take_jump(struct light_peer *p)
{
    if (p->back) {
        /* the proof is checked now; without the jump, it proves nothing */
        if (p->too_far)
            p->tries = PROOF_TRIES;
        if (p->too_far)
            pull_peer_tell(&p->base, NULL,
                           "the members of that time are too many others: "
                           "fetch all headers to prove it");
        take_proof(p);
        p->too_far = false;
        return;
    }
    bool none = !p->too_far && !p->puller.got; /* as at the tip, which has no votes */
    p->no_jumps = none && ++p->refused > 1;
    if (p->too_far)
        p->stride /= 2;
    else if (!none && p->stride <= INT64_MAX / 2)
        p->stride *= 2;
    if (!p->too_far && p->step > LIGHT_JUMP_LEAST)
        p->step /= 2;
    p->too_far = false;
}

void light_sync_answered(void *self, struct header_puller *puller)
{
    struct light_peer *p = self;
    const struct checkpointed *b = light_sync_anchor(p->run);
    if (puller->was == REQUEST_ATTESTS)
        light_sync_attests_end(p);
    else if (puller->was == REQUEST_JUMP)
        take_jump(p);
    else if (b)
        take_anchor(p);
    else if (p->next_id < light_sync_wanted(p->run))
        take_proof(p);
}
