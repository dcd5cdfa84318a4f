/* What a node of paxos is, as text that is the same for the same state, for a test that knows
 * states which it has seen. Times, random numbers, and who answered which heartbeat are left out:
 * they decide when the node does something by itself, and about reads; there only messages, saves
 * and commands come. */
#ifndef LIB_PAXOSDUMP_H
#define LIB_PAXOSDUMP_H

#include "paxos/paxos_node.h"
#include "paxosnet.h"

#include <err.h>
#include <stdarg.h>
#include <stdio.h>

static inline void dump_put(struct buf *out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static inline void dump_put(struct buf *out, const char *format, ...)
{
    char text[256];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= sizeof text || buf_add(out, text, (size_t)n) != 0)
        errx(2, "out of memory");
}

static inline void dump_ballot(struct buf *out, struct paxos_ballot b)
{
    dump_put(out, " %llu.%u", (unsigned long long)b.round, b.node);
}

static inline void dump_log(struct buf *out, const struct paxos_log *l)
{
    dump_put(out, "\nlog %llu", (unsigned long long)l->base);
    for (uint64_t slot = l->base + 1; slot <= paxos_log_end(l); slot++) {
        const struct paxos_slot *s = paxos_log_at(l, slot);
        dump_ballot(out, s->ballot);
        dump_put(out, "=%u:%llu/%llx", s->value.id.client, (unsigned long long)s->value.id.serial,
                 (unsigned long long)s->acks);
    }
}

static inline void dump_proposals(struct buf *out, const struct proposals *p)
{
    dump_put(out, "\nproposals");
    for (const struct proposal *x = p->list; x != NULL; x = x->hh.next)
        dump_put(out, " %s%llu:%llu", x == p->next ? "*" : "", (unsigned long long)x->key.client,
                 (unsigned long long)x->key.serial);
}

static inline void dump_held(struct buf *out, const struct paxos *p)
{
    dump_put(out, "\nheld %llu", (unsigned long long)(p->saves - p->saved));
    for (size_t i = 0; i < p->held_count; i++) {
        const struct paxos_held *h = &p->held[p->held_first + i];
        dump_put(out, "\n%llu %u ", (unsigned long long)(h->save - p->saved), h->to);
        if (paxos_item_format(&h->item->head, p->names, out) != 0)
            errx(2, "out of memory");
    }
}

static inline void dump_leader(struct buf *out, const struct paxos *p)
{
    dump_put(out, "\nleader next %llu barrier %llu ends %u beat %llu told %llu", //
             (unsigned long long)p->next, (unsigned long long)p->barrier, p->ends_count,
             (unsigned long long)p->beat, (unsigned long long)p->told);
    for (unsigned i = 0; i < p->ends_count; i++)
        dump_put(out, " %llu",
                 (unsigned long long)p->ends[(p->ends_first + i) % PAXOS_PIPELINE_MAX]);
}

static inline void paxos_dump(struct buf *out, const struct engine *e)
{
    const struct paxos *p = (const struct paxos *)e;
    dump_put(out, "node %u votes %d chosen %llu leader %u role %d seen %llu fetched %llu", p->self,
             p->votes, (unsigned long long)p->chosen, p->leader, p->role,
             (unsigned long long)p->seen, (unsigned long long)p->fetched);
    if (!p->votes)
        dump_put(out, " life %llu %llx %llx %d", (unsigned long long)p->incarnation,
                 (unsigned long long)p->asked, (unsigned long long)p->blank, p->recovers);
    for (unsigned i = 0; i < p->member_count; i++)
        dump_put(out, " %llu", (unsigned long long)p->incarnations[i]);
    dump_ballot(out, p->promised);
    dump_ballot(out, p->led);
    dump_ballot(out, p->ballot);
    dump_log(out, &p->log);
    if (p->role == PAXOS_CANDIDATE) {
        dump_put(out, "\ngranted %llx %u floor %llu", (unsigned long long)p->granted, p->grants,
                 (unsigned long long)p->floor);
        dump_log(out, &p->found);
    }
    if (p->role == PAXOS_LEADER)
        dump_leader(out, p);
    dump_proposals(out, &p->kept);
    dump_proposals(out, &p->queue);
    dump_held(out, p);
}

/* Whether what is on disk about the same slots was saved later. */
static inline bool is_replaced(const struct net_disk *d, size_t i)
{
    const struct paxos_item *item = (const struct paxos_item *)d->list[i].item;
    for (size_t j = i + 1; j < d->durable; j++) {
        const struct paxos_item *later = (const struct paxos_item *)d->list[j].item;
        if (item->head.kind == PAXOS_ACCEPT && later->head.kind == PAXOS_ACCEPT &&
            later->slot == item->slot && later->count == item->count)
            return true;
    }
    return false;
}

/* What a start would make of the disk: the promise, and what was accepted; and what waits for it.
 */
static inline void dump_disk(struct buf *out, const struct net_disk *d, const struct engine *e)
{
    const struct paxos *p = (const struct paxos *)e;
    struct paxos_ballot promised = {0};
    for (size_t i = 0; i < d->count; i++) {
        const struct paxos_item *item = (const struct paxos_item *)d->list[i].item;
        if (is_replaced(d, i))
            continue;
        if (i >= d->durable || item->head.kind == PAXOS_ACCEPT || item->head.kind == PAXOS_CHOSEN) {
            dump_put(out, i < d->durable ? "\ndisk " : "\nwaits ");
            if (paxos_item_format(&item->head, p->names, out) != 0)
                errx(2, "out of memory");
        } else if (paxos_ballot_order(p, item->ballot, promised) > 0) {
            promised = item->ballot;
        }
    }
    dump_ballot(out, promised);
}

#endif
