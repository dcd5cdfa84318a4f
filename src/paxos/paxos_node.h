/* The state of a Paxos node, and how it sends and saves. The other files paxos_*.c are its parts;
 * paxos_parts.h says what they do for each other. One thread. */
#ifndef PAXOS_PAXOS_NODE_H
#define PAXOS_PAXOS_NODE_H

#include "consensus/applied.h"
#include "consensus/proposals.h"
#include "paxos/paxos_item.h"
#include "paxos/paxos_log.h"
#include "paxos/paxos_settings.h"

#define PAXOS_MEMBERS_MAX 64
#define PAXOS_AHEAD (1 << 18) /* entries further above the first unchosen slot are ignored */
#define PAXOS_PIPELINE_MAX 64

enum paxos_role { PAXOS_FOLLOWER, PAXOS_CANDIDATE, PAXOS_LEADER };

/* A message that may be sent only after the save-th item is on disk (rule P1). */
struct paxos_held {
    uint64_t save;
    uint32_t to;
    struct paxos_item *item;
};

/* A read that this node was asked for. index 0: the leader has not answered. */
struct paxos_own_read {
    uint64_t serial, number, index;
    int64_t due;
};

/* A read that waits at the leader until a quorum has answered a round of heartbeats. */
struct paxos_round_read {
    uint32_t from;
    uint64_t nonce, number, index, beat;
};

struct paxos {
    struct node_names *names;
    struct paxos_settings set;
    uint32_t self;
    uint32_t members[PAXOS_MEMBERS_MAX]; /* in the order of their names, by which ballots of one
                                            round are ordered */
    unsigned member_count, me;           /* me: our place, or PAXOS_MEMBERS_MAX */
    uint8_t *member_of;                  /* a node's place; PAXOS_MEMBERS_MAX: no member */
    size_t member_of_count;
    uint64_t chance;
    uint64_t nonce; /* of this start: no other start of this node has it */

    /* the step that is being done */
    int64_t now;
    struct engine_outputs *out;
    struct fault *f;
    bool failed; /* *f says why */

    /* the disk */
    uint64_t saves, saved;
    struct paxos_held *held;
    size_t held_first, held_count, held_cap;
    struct paxos_item **mine; /* messages to itself, which are handled in the same step */
    size_t mine_count, mine_cap;

    /* acceptor; the ballot of each acceptance is in its slot (rule P12) */
    bool votes;
    struct paxos_ballot promised;

    /* learner */
    struct paxos_log log;
    uint64_t chosen; /* all slots up to this one are, and were committed */
    struct applied applied;
    struct paxos_item *snapshot; /* of the slots up to log.base, or NULL */
    uint64_t fetched;            /* the slot that was fetched last, and when */
    int64_t fetched_at;

    /* who leads, as far as this node knows, and when it was heard */
    uint32_t leader;
    struct paxos_ballot led; /* in this ballot */
    int64_t heard;
    uint64_t let_pass; /* members that lost their disks: their next prepare passes `sticky` */
    unsigned ignored;  /* prepares of others since that ballot began */

    /* proposer */
    enum paxos_role role;
    struct paxos_ballot ballot;
    uint64_t seen;          /* the highest round that this node has heard of */
    uint64_t granted;       /* the members that have promised, one bit each */
    unsigned grants;        /* promises as they came in, for a node that breaks rule P7 */
    unsigned tries;         /* campaigns in a row that failed (rule P11) */
    bool recovers;          /* its own promise does not count: see paxos_recovery.c */
    struct paxos_log found; /* the value with the highest ballot that was reported for each slot */
    uint64_t floor;         /* all slots up to this one are chosen, as floor_from reported */
    uint32_t floor_from;
    int64_t due; /* the next campaign, question, fetch or heartbeat */

    /* leader */
    uint64_t next, barrier;            /* the next free slot; the last slot of phase 1 */
    uint64_t ends[PAXOS_PIPELINE_MAX]; /* the last slots of the open messages */
    unsigned ends_first, ends_count;
    uint64_t beat;                       /* the last round of heartbeats */
    uint64_t reading;                    /* the round for which reads wait; 0: none wait */
    uint64_t beats[PAXOS_MEMBERS_MAX];   /* the last round that each member has answered */
    int64_t answered[PAXOS_MEMBERS_MAX]; /* when it answered last */
    uint64_t told;                       /* `chosen` as it was sent to the others last */
    struct proposals queue; /* proposals that are not chosen yet; those not taken have no slot */
    struct paxos_round_read *rounds;
    size_t round_count, round_cap;

    struct proposals kept; /* proposals made to this node; those not taken were not forwarded */
    int64_t retry;         /* when all of them are forwarded again */
    struct paxos_own_read *reads;
    size_t read_count, read_cap;
    uint64_t read_number;

    /* a node without a log */
    uint64_t incarnation;  /* a number of this node that changes only if its disk is lost */
    uint64_t asked, blank; /* the members that have answered, and those that are new as well */
    uint64_t incarnations[PAXOS_MEMBERS_MAX]; /* theirs; once born, of those that were new then */
    uint64_t asked_round;
};

/* A member's place, or PAXOS_MEMBERS_MAX. */
static inline unsigned paxos_member(const struct paxos *p, uint32_t node)
{
    return node < p->member_of_count ? p->member_of[node] : PAXOS_MEMBERS_MAX;
}

/* A member's bit; none for PAXOS_MEMBERS_MAX. */
static inline uint64_t paxos_bit(unsigned member)
{
    return member < PAXOS_MEMBERS_MAX ? (uint64_t)1 << member : 0;
}

/* Whether so many members, one bit each, are more than half of all. */
static inline bool paxos_majority(const struct paxos *p, uint64_t mask)
{
    return (unsigned)__builtin_popcountll(mask) > p->member_count / 2;
}

/* Below 0, 0, above 0: a is below b, the same, above (rule P6). */
int paxos_ballot_order(const struct paxos *p, struct paxos_ballot a, struct paxos_ballot b);

/* When something that waits for a time-out is to be tried again: random, at least the election
 * timeout and less than twice that, and more after tries that failed (rule P11). */
int64_t paxos_after_timeout(struct paxos *p);

/* *p has failed: no memory. */
void paxos_no_memory(struct paxos *p);

/* An item of this kind; NULL, and *p has failed, if there is no memory. */
struct paxos_item *paxos_make(struct paxos *p, enum paxos_kind kind, size_t count);

/* Each takes over the caller's reference to the item, and does nothing with NULL. NODE_NONE: to all
 * others. paxos_hold sends as soon as all that was saved until now is on disk (rule P1). */
void paxos_send(struct paxos *p, uint32_t to, struct paxos_item *item);
void paxos_save(struct paxos *p, struct paxos_item *item);
void paxos_hold(struct paxos *p, uint32_t to, struct paxos_item *item);

/* Everything up to the save-th item is on disk. */
void paxos_on_disk(struct paxos *p, uint64_t save);

/* The oldest item that the node has sent to itself, of which the caller takes over the reference;
 * NULL: there is none. */
struct paxos_item *paxos_mine(struct paxos *p);

static inline struct paxos_item *paxos_item_share(struct paxos_item *item)
{
    return (struct paxos_item *)engine_item_ref(&item->head);
}

/* A note for watchers. */
#define paxos_note(p, ...)                                                                         \
    ((p)->failed = (p)->failed || engine_note((p)->out, (p)->f, __VA_ARGS__) != 0)

#endif
