/*
 * poh/stamped over a stream of records and ticks, in pieces of any size: what it claims follows
 * from what stands before it, and steps never go back. What it reads is hostile: ticks that count
 * down, records that repeat, lines cut short.
 */
#include "poh/stamped.h"
#include "fuzz.h"

static void take(struct poh_stamped *s, struct item *item, bool *ended)
{
    struct poh_claim claim;
    struct fault f = {0};
    int64_t count = s->chain.count, ticks = s->ticks, records = s->records;
    int got = poh_stamped_take(s, item, &claim, &f);
    *ended = got < 0;
    must(got >= 0 || (f.kind == FAULT_RULE && f.text[0] && f.line));
    if (got < 0)
        return;
    must(s->chain.count >= count || !ticks);
    must(s->ticks + s->records >= ticks + records && s->unstamped >= 0 &&
         s->unstamped <= s->records);
    must(!got || (claim.steps >= 0 && claim.steps <= POH_APART_MAX && claim.line == item->line));
    must(!got || poh_hash_equal(&claim.to, &s->chain.hash));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct pieces p = {.bytes = (const char *)data, .len = n, .dice = fingerprint(data, n)};
    struct poh_stamped s = {0};
    struct batch b = {0};
    struct fault f = {0};
    struct stream *in = poh_stream_new(pieces_source(&p));
    bool ended = false;
    int got = 1;
    must(in);
    while (!ended && (got = stream_next(in, &b, &f)) > 0)
        for (size_t i = 0; i < b.count && !ended; i++)
            take(&s, &b.items[i], &ended);
    must(got >= 0);
    if (!ended)
        must(poh_stamped_end(&s, &f) == 0 || (f.kind == FAULT_RULE && f.text[0]));
    batch_free(&b);
    stream_free(in);
    return 0;
}
