#include "sync/judging.h"

void judging_init(struct judging *j, struct overlay *overlay, struct sigpool *pool,
                  struct sigcache *sigcache)
{
    *j = (struct judging){.overlay = overlay, .pool = pool, .sigcache = sigcache};
}

void judging_end(struct judging *j)
{
    if (j->busy)
        feed_free(&j->feed);
    buf_free(&j->text);
    j->busy = false;
    j->batch = NULL;
}

void judging_free(struct judging *j)
{
    judging_end(j);
}

int judging_begin(struct judging *j, struct puller *from, struct fault *f)
{
    const struct rules *rules = overlay_rules(j->overlay);
    if (puller_take(from, &j->text))
        return fault_memory(f);
    j->span = (struct span){j->text.data, j->text.len};
    struct stream *s = stream_new(source_memory(&j->span), 1, 0);
    if (!s)
        return fault_memory(f);
    if (rules)
        stream_limit(s, rules->maxblock);
    feed_init(&j->feed, s, j->pool);
    if (j->sigcache)
        feed_ask(&j->feed, sigcache_look_up, j->sigcache);
    j->busy = true;
    return 0;
}

/* Reads the next batch. JUDGING_ON or JUDGING_END, -1 and trouble. */
static int next_batch(struct judging *j, struct fault *f)
{
    int got = feed_next(&j->feed, &j->batch, f);
    j->next = 0;
    if (got < 0)
        return -1;
    if (got)
        return JUDGING_ON;
    judging_end(j);
    return JUDGING_END;
}

static int judge(struct judging *j, const struct item *item, int64_t now, struct fault *f)
{
    if (item->broken) {
        *f = item->fault;
        return JUDGING_BAD;
    }
    switch (overlay_add(j->overlay, item, now, f)) {
    case TREE_KNOWN:
        return JUDGING_ON;
    case TREE_GOOD:
        return JUDGING_NEW;
    case TREE_ORPHAN:
        fault_rule(f, "block: its parent is not known");
        return JUDGING_BAD;
    case TREE_BAD:
        return JUDGING_BAD;
    default:
        return -1;
    }
}

int judging_step(struct judging *j, int64_t now, const struct item **item, struct fault *f)
{
    *item = NULL;
    if (!j->batch || j->next == j->batch->count)
        return next_batch(j, f);
    *item = &j->batch->items[j->next++];
    return judge(j, *item, now, f);
}
