/* Adds headers that arrive one by one, and answers queries about those that are known. */
#include "light/light_parts.h"

#include <string.h>

int light_add_genesis(struct light *c, const char *text, size_t n, struct fault *f)
{
    if (c->has_genesis) {
        fault_rule(f, "block: a second genesis");
        return 0;
    }
    c->mode = LIGHT_WHOLE;
    c->genesis.len = 0;
    if (buf_add(&c->genesis, text, n))
        return fault_memory(f);
    return light_judge_genesis(c, 0, f);
}

int light_add_header(struct light *c, const char *line, size_t len, int64_t now, struct fault *f)
{
    struct block b;
    uint8_t id[ID_LEN];
    if (c->sealed.by_members)
        return light_judge_sealed(c, line, len, 0, now, f);
    if (line_check(line, len, f) || block_parse(line, len, &b, f))
        return 0;
    sha256(line, len, id);
    if (!c->has_genesis || block_is_genesis(&b)) {
        fault_rule(f, c->has_genesis ? "block: a second genesis"
                                     : "block: the genesis block is missing");
        return 0;
    }
    if (c->set && checkpoints_check(c->set, b.height, id, f))
        return 0;
    return light_judge_header(c, &b, id, len + 1, now, f);
}

int light_find(struct light *c, const uint8_t id[ID_LEN], size_t *n, struct fault *f)
{
    return heads_find(&c->heads, id, n, f);
}

size_t light_best(const struct light *c)
{
    return c->best;
}

size_t light_believed(const struct light *c)
{
    return c->sealed.by_votes ? c->sealed.trusted : c->best;
}

void light_chain(const struct light *c, uint8_t chain[ID_LEN])
{
    memcpy(chain, head_at(&c->heads, 0)->id, ID_LEN);
}

int64_t light_checkpoints(const struct light *c)
{
    return c->finality.follows ? c->rules.finality : 0;
}

void light_id_at(const struct light *c, int64_t height, uint8_t id[ID_LEN])
{
    memcpy(id, head_at(&c->heads, heads_ancestor(&c->heads, c->best, (uint32_t)height))->id,
           ID_LEN);
}

int64_t light_height(const struct light *c, size_t n)
{
    return head_at(&c->heads, n)->height;
}

size_t light_parent(const struct light *c, size_t n)
{
    return head_at(&c->heads, n)->parent;
}

bool light_is_on(const struct light *c, size_t n, size_t tip)
{
    return heads_is_ancestor(&c->heads, n, tip);
}

bool light_jumped_over(const struct light *c, int64_t height)
{
    size_t trusted = c->sealed.trusted;
    if (!c->sealed.by_votes || height >= head_at(&c->heads, trusted)->height)
        return false;
    return head_at(&c->heads, heads_ancestor(&c->heads, trusted, (uint32_t)height))->height >
           height;
}

int64_t light_state_height(const struct light *c)
{
    const struct light_sum sum = light_sum(c);
    int64_t height = sum.by_members ? sum.trusted : sum.height;
    if (!c->has_genesis || !c->rules.state)
        return c->has_genesis ? -2 : -1;
    return height < c->rules.state ? -1 : height - height % c->rules.state - 1;
}

int64_t light_begins(const struct light *c)
{
    return c->anchor ? head_at(&c->heads, c->anchor)->height : 0;
}

int light_locate(const struct light *c, uint8_t ids[][ID_LEN], int max)
{
    int count = 0;
    size_t n = c->best;
    int64_t step = 1;
    if (!c->has_genesis) {
        memset(ids[0], 0, ID_LEN);
        return 1;
    }
    while (n && count < max - 1) {
        memcpy(ids[count++], head_at(&c->heads, n)->id, ID_LEN);
        int64_t height = (int64_t)head_at(&c->heads, n)->height - step;
        n = height > 0 ? heads_ancestor(&c->heads, n, (uint32_t)height) : 0;
        if (n && memcmp(ids[count - 1], head_at(&c->heads, n)->id, ID_LEN) == 0)
            n = 0; /* the checkpoint at which the headers begin */
        step *= 2;
    }
    memcpy(ids[count++], head_at(&c->heads, 0)->id, ID_LEN);
    return count;
}

int light_prove(struct light *c, const struct proof *p, size_t *n, struct fault *f)
{
    int valid = light_judge_proof(c, p, f);
    *n = LIGHT_JUMPED_OVER;
    if (valid > 0 && light_find_lower(c, p->block))
        return 1;
    return valid > 0 ? heads_find(&c->heads, p->block, n, f) : valid;
}
