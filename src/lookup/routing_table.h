/*
 * The routing table of a Kademlia node (Maymounkov and Mazieres 2002, sections 2.2, 2.4 and 4.1;
 * BEP 5, "Routing Table"). It reads no clock, draws nothing and sends nothing: times are given in,
 * and a contact that is to be pinged is given out. Times are in milliseconds, from any start; they
 * never go back.
 *
 * Bucket b holds contacts whose ids share exactly b bits with ours; the last bucket holds all that
 * share more, and it alone splits when it is full, because our own id is in its range. Every bucket
 * has k places. A live contact never loses its place to a newcomer: the newcomer waits in the
 * bucket's replacement cache, and if the contact heard of longest ago has been silent for `fresh`,
 * a ping decides between them. Contacts that have never answered us wait there too, so whatever
 * has a place did answer. The sizes of the buckets do not depend on the order in which the same
 * contacts arrive.
 *
 * With one_a_network, contacts of one network (contact_same_network) have one place a bucket, and
 * one in its replacement cache.
 *
 * A contact that stops answering keeps its place until another can take it, so a node that was
 * offline still knows whom to ask; but it is given to nobody.
 */
#ifndef LOOKUP_ROUTING_TABLE_H
#define LOOKUP_ROUTING_TABLE_H

#include "lookup/contact.h"

#include <stddef.h>

#define ROUTING_K_MAX 64

struct routing_policy {
    unsigned k;         /* places a bucket, 1 to ROUTING_K_MAX; BEP 5: 8; the paper: 20 */
    unsigned fails;     /* queries without an answer, one after the other, until a contact is bad */
    int64_t fresh;      /* a contact heard of so long ago is pinged before it is trusted again */
    int64_t refresh;    /* a bucket without a lookup for so long needs one */
    bool one_a_network; /* at most one place a bucket; local addresses are exempt */
    bool bound_ids;     /* refuse ids that BEP 42 does not allow; local addresses are exempt */
};

/* BEP 5: k 8, 2 failures, 15 minutes and 15 minutes; one_a_network. */
extern const struct routing_policy routing_policy_default;

struct routing_entry {
    struct contact contact;
    int64_t heard; /* the last message from it */
    uint8_t fails; /* queries without an answer since the last one with */
    bool answered; /* it has answered, ever */
    bool pinged;   /* this table has asked for a ping, and does not know yet */
    bool hidden;   /* in the last bucket, and another of its network is the one that counts */
};

struct routing_branch;

/* Only routing_*.c look inside. */
struct routing_table {
    struct node_id self;
    struct routing_policy policy;
    unsigned buckets;
    unsigned branches_end; /* one more than the last branch that is not NULL */
    struct routing_branch *branches[NODE_ID_BITS]; /* by the bits shared with self; NULL: empty */
    int64_t looked[NODE_ID_BITS];                  /* the last lookup in the branch's range */
};

/* An empty table at time `now`, which owns nothing; its buckets are due for a lookup at once. */
void routing_init(struct routing_table *t, const struct node_id *self,
                  const struct routing_policy *policy, int64_t now);
void routing_free(struct routing_table *t);

/* Changes our own id (BEP 42: as soon as the external address is known). Contacts that have a place
 * are kept as far as the new buckets have places; every bucket is due for a lookup. */
void routing_rename(struct routing_table *t, const struct node_id *self, int64_t now);

enum routing_outcome {
    ROUTING_KEPT,    /* it has a place */
    ROUTING_WAITS,   /* it is in the replacement cache */
    ROUTING_REFUSED, /* our own id, an id not allowed, known by another address; or no space */
};

/* A message came from this contact: an answer to a query that we had sent to this id and address,
 * or a query (`answered` is false), which proves nothing of the sender. Messages of read-only nodes
 * (BEP 43) are not to be told. *ping: whom to ping now; its host_len is 0 if nobody. Without memory
 * the contact is refused. */
enum routing_outcome routing_heard(struct routing_table *t, const struct contact *c, bool answered,
                                   int64_t now, struct contact *ping);

/* The contact did not answer a query, whether a ping that the table had asked for, or another.
 * *ping as above. A contact that is not in the table changes nothing. */
void routing_failed(struct routing_table *t, const struct contact *c, struct contact *ping);

/* A ping that the table asked for was not sent. */
void routing_not_pinged(struct routing_table *t, const struct contact *c);

/* Removes the contact: it answered with another id than the one we asked for. *ping as above. */
void routing_drop(struct routing_table *t, const struct contact *c, struct contact *ping);

/* Up to `max` contacts, nearest to the target first, and their number. All have answered, and none
 * is bad; with `any`, the bad ones are among them: for a node that must find its way back. */
size_t routing_closest(const struct routing_table *t, const struct node_id *target, bool any,
                       struct contact *out, size_t max);

/* Whether a contact with this id and address has a place, and is not bad. */
bool routing_has(const struct routing_table *t, const struct contact *c);

/* The buckets: at least one, and 160 at most; and how many places of bucket b are taken by contacts
 * that are not bad. */
unsigned routing_buckets(const struct routing_table *t);
size_t routing_bucket_size(const struct routing_table *t, unsigned b);

/* The sum of these sizes. */
size_t routing_size(const struct routing_table *t);

/* Iterates over all that have a place, bad ones too: *place is 0 at first; NULL at the end. The
 * table must not change meanwhile. */
const struct routing_entry *routing_each(const struct routing_table *t, size_t *place);

/* A lookup of this target has begun, so its bucket needs none for a while. */
void routing_looked(struct routing_table *t, const struct node_id *target, int64_t now);

/* If a bucket has had no lookup for policy.refresh: true, and the target of the lookup that it
 * needs, made from the random id; the lookup counts as begun. Call it until it gives false. */
bool routing_refresh(struct routing_table *t, int64_t now, const struct node_id *random,
                     struct node_id *target);

/* When routing_refresh next gives true. */
int64_t routing_refresh_due(const struct routing_table *t);

#endif
