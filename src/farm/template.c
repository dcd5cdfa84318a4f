#include "farm/template.h"

#include "base/num.h"

void template_begin(struct template *t)
{
    t->body.len = t->uncounted = 0;
    t->count = 0;
    merkle_init(&t->tree);
}

void template_free(struct template *t)
{
    buf_free(&t->body);
}

static int too_large(struct fault *f)
{
    return fault_rule(f, "the block would be over maxblock");
}

static void count_line(struct template *t, const uint8_t id[ID_LEN])
{
    merkle_add(&t->tree, id);
    t->count++;
}

int template_add_free(struct template *t, const char *line, size_t size, const uint8_t id[ID_LEN])
{
    if (buf_add(&t->body, line, size))
        return -1;
    t->uncounted = t->body.len;
    count_line(t, id);
    return 0;
}

int template_add_state(struct template *t, const struct state_line *line)
{
    struct buf text = {0};
    uint8_t id[ID_LEN];
    int failed = state_line_format(line, &text);
    sha256(text.data, text.len, id);
    failed = failed || buf_add(&text, "\n", 1) || template_add_free(t, text.data, text.len, id);
    buf_free(&text);
    return failed ? -1 : 0;
}

int template_add(struct template *t, const char *line, size_t size, const uint8_t id[ID_LEN],
                 struct fault *f)
{
    if (buf_add(&t->body, line, size))
        return fault_memory(f);
    if (t->body.len - t->uncounted > t->size_max)
        return too_large(f);
    count_line(t, id);
    return 0;
}

/* The supply after the next block. */
static int next_supply(const struct template *t, int64_t *supply)
{
    return number_add(t->supply, rules_reward(t->rules, t->height + 1), supply);
}

int template_header(const struct template *t, int64_t now, const uint8_t target[TARGET_LEN],
                    struct block *b, struct fault *f)
{
    int64_t median = header_median(t->times, t->times_count), supply;
    if (next_supply(t, &supply))
        return fault_rule(f, "the reward would raise the supply over 2^63-1");
    if (median == INT64_MAX)
        return fault_trouble(f, "no time is after the median");
    *b = (struct block){.height = t->height + 1, .count = t->count};
    b->time = now > median ? now : median + 1;
    memcpy(b->prev, t->parent, ID_LEN);
    b->miner = t->miner;
    memcpy(b->target, target, TARGET_LEN);
    merkle_root(&t->tree, b->root);
    return 0;
}

int template_check_size(const struct template *t, size_t header, struct fault *f)
{
    size_t counted = t->body.len - t->uncounted;
    return header + 1 + counted > t->size_max ? too_large(f) : 0;
}

int template_unsealed(const struct template *t, const struct block *b, struct unsealed *u,
                      struct fault *f)
{
    return unsealed_init(u, b, f) ? -1 : template_check_size(t, u->header.len + u->seal_len, f);
}

void template_follow(struct template *t, const struct block *b, const uint8_t id[ID_LEN])
{
    next_supply(t, &t->supply); /* which template_header allowed */
    memcpy(t->parent, id, ID_LEN);
    t->height = b->height;
    memmove(t->times + 1, t->times, sizeof t->times - sizeof t->times[0]);
    t->times[0] = b->time;
    if (t->times_count < MEDIAN_OF)
        t->times_count++;
    template_begin(t);
}
