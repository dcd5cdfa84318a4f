/*
 * The iterative lookup of Kademlia (Maymounkov and Mazieres 2002, section 2.3; BEP 5): asks those
 * that it knows to be nearest to the target for the nearest that they know, `alpha` at a time,
 * until the k nearest that answered are nearer than all that were not asked. It reads no clock and
 * sends nothing: lookup_next gives whom to ask, and the caller says what came of it.
 *
 *     lookup_init(&l, &target, &rules);
 *     for each of the 4k nearest of routing_closest: lookup_add(&l, &contact, 1);
 *     loop:
 *         while (lookup_next(&l, now, &to)) send a query to `to`;
 *         if (lookup_done(&l)) break;
 *         wait for a message, or until lookup_deadline(&l)
 *         an answer from whom we asked, with the id we asked for: lookup_answered(...)
 *         an error, or an answer with another id: lookup_failed(...)
 *         lookup_tick(&l, now): for each contact that it gives, routing_failed(...)
 *     lookup_closest(&l, contacts, k): those that get the store
 *
 * A contact that does not answer is charged to all who named it. Who has named four of these, and
 * four more for each that answered, is believed last: what only such have named is asked once there
 * is nobody else. So a liar costs six queries and not all that he names.
 *
 * More than k contacts to begin with cost no query, unless nearer ones do not answer: then those
 * who answer may all name the same k, of whom some are dead.
 *
 * Times are in milliseconds, from any start; they never go back.
 */
#ifndef LOOKUP_LOOKUP_H
#define LOOKUP_LOOKUP_H

#include "lookup/contact.h"

#include <stddef.h>

#define LOOKUP_CANDIDATES_MAX 512 /* known at a time; the farthest are forgotten */
#define LOOKUP_ADDRESSES_MAX 8    /* of one id */
#define LOOKUP_NAMERS_MAX 4       /* of one contact that are charged */
#define LOOKUP_CHARGES 4

struct lookup_rules {
    unsigned k;           /* that must have answered; at least 1 */
    unsigned alpha;       /* queries in flight; at least 1 */
    int64_t slow;         /* after this time another is asked as well; at most timeout */
    int64_t timeout;      /* after this time an answer is no longer awaited */
    unsigned queries;     /* at most, in all */
    unsigned per_network; /* among the k nearest, of one network; 0: any number. Local addresses are
                             exempt */
    bool bound_ids;       /* ignore ids that BEP 42 does not allow; local addresses are exempt */
    struct node_id self;  /* never a candidate */
};

/* k 8, alpha 3, 1 s, 5 s, 200 queries, 2 of a network; self is 0. */
extern const struct lookup_rules lookup_rules_default;

enum lookup_state {
    LOOKUP_UNASKED,
    LOOKUP_IN_FLIGHT,
    LOOKUP_SLOW, /* in flight for longer than rules.slow */
    LOOKUP_ANSWERED,
    LOOKUP_FAILED,
};

struct lookup_candidate {
    struct contact contact;
    enum lookup_state state;
    unsigned hop;  /* 1: we knew it; h + 1: named by a contact of hop h; the least of these */
    int64_t asked; /* when */
    /* Who named it; one more than LOOKUP_NAMERS_MAX: more than these, or ourselves. */
    unsigned namer_count;
    struct node_id namers[LOOKUP_NAMERS_MAX];
    unsigned blamed;        /* how many of these, the first, were charged with it */
    unsigned good, charged; /* of those that it named: have answered; have not in time */
};

/* Readers may look at everything; only lookup.c writes. */
struct lookup {
    struct node_id target;
    struct lookup_rules rules;
    struct lookup_candidate *candidates; /* nearest to the target first */
    size_t count, cap;
    unsigned asked, answered, failed; /* how many were, in all */
    bool doubts;                      /* some have been charged too often */
};

void lookup_init(struct lookup *l, const struct node_id *target, const struct lookup_rules *rules);
void lookup_free(struct lookup *l);

/* Adds a contact as a candidate. Whether it is one now that was none before: one known, refused by
 * the rules, or farther than LOOKUP_CANDIDATES_MAX others is not. Without memory, none is. An id
 * may have up to LOOKUP_ADDRESSES_MAX addresses, which are asked one after the other until one
 * answers: so whoever gives us a node's id with a wrong address does not hide the node. */
bool lookup_add(struct lookup *l, const struct contact *c, unsigned hop);

/* Whom to ask now: true, and the query counts as sent. False: nobody, for now or at all. */
bool lookup_next(struct lookup *l, int64_t now, struct contact *to);

/* This contact, whom we asked and whose id in the answer is the one we asked for, knows these, of
 * which each id counts once. False, and nothing is done: it is not one whose answer is awaited. */
bool lookup_answered(struct lookup *l, const struct contact *from, const struct contact *nodes,
                     size_t count);

/* The query to this contact could not be sent: it is as if nobody had been asked. */
void lookup_unasked(struct lookup *l, const struct contact *c);

/* This contact, whom we asked, will give no usable answer. Its id is not to be asked again. */
void lookup_failed(struct lookup *l, const struct contact *c);

/* The time is now. True, and *failed: this contact's answer is awaited no longer. Call it until it
 * gives false. */
bool lookup_tick(struct lookup *l, int64_t now, struct contact *failed);

/* When lookup_tick next has something to do; INT64_MAX: never. */
int64_t lookup_deadline(const struct lookup *l);

/* Whether it has ended: lookup_next will give nobody, whatever else comes. */
bool lookup_done(const struct lookup *l);

/* Up to `max` of those that answered, nearest to the target first, and their number. */
size_t lookup_closest(const struct lookup *l, struct contact *out, size_t max);

#endif
