#include "poh/stamped.h"

#include "base/file.h"

#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

struct stream *poh_stream_new(struct source src)
{
    struct stream *s = stream_new(src, 1, 0);
    if (s)
        stream_only(s, &block_type);
    return s;
}

void poh_identify(struct item *item)
{
    if (!item->broken && item->type != &block_type)
        sha256(item->text, item->size - 1, item->id);
}

static int take_tick(struct poh_stamped *s, const struct poh_chain *tick, struct poh_claim *claim,
                     struct fault *f)
{
    int64_t steps = tick->count - s->chain.count;
    if (!s->begun) {
        if (s->seed && (tick->count || !poh_hash_equal(&tick->hash, s->seed)))
            return fault_rule(f, "tick: another beginning than 'tick 0 SEED'");
        s->begun = true;
        s->first = tick->count;
        s->chain = *tick;
        return 0;
    }
    if (steps < 0)
        return fault_rule(f, "tick: count %" PRId64 ", after %" PRId64 " hashes", tick->count,
                          s->chain.count);
    if (steps > POH_APART_MAX)
        return fault_rule(f, "tick: %" PRId64 " steps after the tick before it, over %d", steps,
                          POH_APART_MAX);
    *claim = (struct poh_claim){s->chain.hash, tick->hash, steps, s->line};
    s->chain = *tick;
    return 1;
}

static int take_record(struct poh_stamped *s, const struct item *item, struct fault *f)
{
    if (!s->begun)
        return fault_rule(f, "not stamped: the first line must be a tick");
    if (!poh_chain_fits(&s->chain, 1))
        return fault_rule(f, "tick: the count ends at 2^63-1");
    poh_mix(&s->chain, item->id);
    s->records++;
    s->unstamped++;
    return 0;
}

static int take(struct poh_stamped *s, struct item *item, struct poh_claim *claim, struct fault *f)
{
    struct poh_chain tick;
    if (!poh_is_tick(item->text, item->size - 1)) {
        poh_identify(item);
        return take_record(s, item, f);
    }
    if (poh_tick_parse(item->text, item->size - 1, &tick, f))
        return -1;
    s->ticks++;
    s->unstamped = 0;
    return take_tick(s, &tick, claim, f);
}

int poh_stamped_take(struct poh_stamped *s, struct item *item, struct poh_claim *claim,
                     struct fault *f)
{
    s->line = item->line;
    if (item->broken) {
        *f = item->fault;
        return -1;
    }
    int got = take(s, item, claim, f);
    if (got < 0)
        f->line = item->line;
    return got;
}

int poh_stamped_end(const struct poh_stamped *s, struct fault *f)
{
    if (!s->begun)
        return fault_rule(f, "not stamped: there is no tick");
    if (!s->unstamped)
        return 0;
    fault_rule(f, "cut off: no tick after the last %" PRId64 " record%s", s->unstamped,
               s->unstamped == 1 ? "" : "s");
    f->line = s->line;
    return -1;
}

static int take_all(struct poh_stamped *s, struct stream *in, struct batch *b, struct fault *f)
{
    struct poh_claim ignored;
    int got;
    while ((got = stream_next(in, b, f)) > 0)
        for (size_t i = 0; i < b->count; i++)
            if (poh_stamped_take(s, &b->items[i], &ignored, f) < 0)
                return -1;
    return got;
}

int poh_stamped_file(struct poh_stamped *s, const char *path, struct fault *f)
{
    struct batch b = {0};
    int fd = file_open(path, O_RDONLY, 0), got = -1;
    if (fd < 0)
        return fault_errno(f, "cannot open");
    struct stream *in = poh_stream_new(source_fd(fd));
    if (in)
        got = take_all(s, in, &b, f);
    else
        fault_memory(f);
    batch_free(&b);
    stream_free(in);
    close(fd);
    return got;
}
