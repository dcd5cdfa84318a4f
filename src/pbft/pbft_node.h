/* The state of a PBFT node, and how it sends and saves. The other files pbft_*.c are its parts;
 * pbft_parts.h says what they do for each other. One thread. */
#ifndef PBFT_PBFT_NODE_H
#define PBFT_PBFT_NODE_H

#include "consensus/applied.h"
#include "consensus/proposals.h"
#include "consensus/ration.h"
#include "pbft/pbft_item.h"
#include "pbft/pbft_quorum.h"
#include "pbft/pbft_settings.h"

#define PBFT_SLOTS (2 * PBFT_WINDOW_MAX) /* sequence numbers above the low mark, in memory */
#define PBFT_FETCHED PBFT_WINDOW_MAX     /* that are fetched at once */
#define PBFT_HISTORY 8                   /* digests that a slot remembers as pre-prepared */
#define PBFT_CHECKS 8                    /* checkpoints of a member that are remembered */
#define PBFT_READS_DONE 256              /* reads that are remembered as ordered */
#define PBFT_VIEW_MAX ((uint64_t)1 << 62)
#define PBFT_SEQ_MAX ((uint64_t)1 << 62)

/* A message that may be sent only after the save-th item is on disk. */
struct pbft_held {
    uint64_t save;
    uint32_t to;
    struct pbft_item *item;
};

struct pbft_vote {
    bool there;
    unsigned times; /* that it came, for a node that breaks rule B8 */
    struct pbft_digest digest;
};

struct pbft_before {
    uint64_t view;
    struct pbft_digest digest;
};

/* A sequence number: its three phases in this view, and what view changes tell of earlier ones. */
struct pbft_slot {
    uint64_t seq; /* 0: free */
    bool proposed, prepared, committed;
    int64_t since;             /* when it was proposed */
    struct pbft_digest digest; /* if it is proposed, and its batch */
    struct pbft_batch *batch;
    struct pbft_vote *prepares, *commits; /* of each member; both in one array, or NULL */
    bool was_prepared;                    /* P: in `p`, the last time */
    struct pbft_before p;
    struct pbft_batch *p_batch;
    struct pbft_before q[PBFT_HISTORY]; /* Q: each digest, and the last view in which it was
                                           pre-prepared */
    unsigned q_count;
};

/* What was executed, above the last snapshot. */
struct pbft_done {
    struct pbft_batch *batch;
    struct pbft_digest order; /* of all up to it */
    uint64_t index;           /* of the last record up to it */
};

struct pbft_check {
    uint64_t seq;
    struct pbft_digest digest;
};

/* What a member says was executed at a sequence number. */
struct pbft_fetched {
    uint64_t seq;
    struct pbft_digest digest;
    struct pbft_batch *batch;
};

struct pbft_vouched {
    uint64_t view;
    struct pbft_digest digest;
};

/* What this node knows of a member. */
struct pbft_peer {
    uint64_t seq;   /* as of its last status: executed */
    bool is_stuck;  /* as of the one before as well */
    int64_t helped; /* when it was last sent again what it seemed to lack */
    struct ration ration;
    struct pbft_check checks[PBFT_CHECKS];
    struct pbft_item *change;                    /* its last view change, with batches */
    struct pbft_vouched heard[PBFT_MEMBERS_MAX]; /* which view change of it each member has got */
    struct pbft_fetched *fetched;                /* PBFT_FETCHED, or NULL */
    size_t kept;                                 /* bytes of their batches */
    uint64_t asked;             /* it was last asked for batches from there on; 0: never */
    struct pbft_item *snapshot; /* the last that it sent, or NULL; and the digests of two */
    struct pbft_check marks[2];
};

/* A read that this node was asked for, and the serial of the request that orders it. */
struct pbft_own_read {
    uint64_t serial, request;
    int64_t due;
};

struct pbft {
    struct node_names *names;
    struct pbft_settings set;
    struct pbft_quorum weights;
    uint32_t self;
    uint32_t
        members[PBFT_MEMBERS_MAX]; /* in the order of their names, in which they are primaries */
    unsigned member_count, me;     /* me: our place, or PBFT_MEMBERS_MAX */
    uint64_t chance;

    /* the step that is being done */
    int64_t now;
    struct engine_outputs *out;
    struct fault *f;
    bool failed; /* *f says why */

    /* the disk */
    uint64_t saves, saved;
    struct pbft_held *held;
    size_t held_first, held_count, held_cap;
    struct pbft_item **mine; /* messages to itself, which are handled in the same step */
    size_t mine_count, mine_cap;

    /* the order */
    uint64_t view;
    bool active;   /* in the view; else it changes to it */
    uint64_t next; /* that the primary gives to the next batch */
    struct pbft_slot slots[PBFT_SLOTS];
    uint64_t stable; /* the low mark h: a quorum has executed it */
    struct pbft_digest stable_digest;
    struct pbft_check checks[PBFT_CHECKS]; /* our own checkpoints */
    uint64_t start;                        /* of the view: the checkpoint on which it is built */
    struct pbft_digest start_digest;

    /* what was executed */
    uint64_t executed, index;
    struct pbft_digest order;
    struct applied applied;
    uint64_t base, base_index; /* the log has what is above the snapshot */
    struct pbft_digest base_order;
    struct pbft_done *log;
    size_t log_first, log_count, log_cap;
    struct pbft_item *snapshot;      /* or NULL */
    struct pbft_digest last_mark[2]; /* digests of the last two snapshots */

    /* views */
    struct pbft_peer *peers;   /* of each member */
    struct pbft_item *change;  /* our view change to `view`, or NULL in view 0 */
    struct pbft_item *entered; /* the new view message of `view`, or NULL */
    struct pbft_item *offered; /* one that is not believed yet */
    unsigned tries;            /* view changes since something was executed */
    int64_t view_due;          /* when the view is given up; INT64_MAX: nothing is awaited */
    uint64_t awaited_client, awaited_serial; /* the oldest request, for which the timer runs */

    int64_t beat_due;
    uint64_t beat_executed; /* executed, at the last beat */
    int64_t behind_since;   /* others are ahead, and nothing was executed; INT64_MAX: no */
    unsigned turn;          /* the member that is asked for batches next */
    struct ration ration;   /* of all who are no members */

    /* requests */
    struct proposals pending; /* that were heard of and are not executed; not taken: not proposed */
    struct proposals kept;    /* proposals made to this node; those not taken were not sent */
    int64_t retry;            /* when all of them are sent again */
    struct pbft_own_read *reads;
    size_t read_count, read_cap;
    uint64_t read_request; /* reads of this step share it; 0: there is none yet */
    uint64_t reads_done[PBFT_READS_DONE];
    unsigned read_at;
};

/* A member's place, or PBFT_MEMBERS_MAX. */
unsigned pbft_member(const struct pbft *p, uint32_t node);

static inline unsigned pbft_primary(const struct pbft *p, uint64_t view)
{
    return p->member_count == 0 ? 0 : (unsigned)(view % p->member_count);
}

/* After this time without an effect, a message counts as lost. */
static inline int64_t pbft_patience(const struct pbft *p)
{
    return p->set.timeout / 4;
}

static inline bool pbft_leads(const struct pbft *p)
{
    return p->me == pbft_primary(p, p->view);
}

/* The highest sequence number that is voted on: H. A view that begins far above the low mark waits
 * for that, as a view change has to tell of all that is above it. */
static inline uint64_t pbft_high(const struct pbft *p)
{
    uint64_t window = (uint64_t)p->set.window, start = p->start > p->stable ? p->start : p->stable;
    return (start > p->stable + window ? p->stable + window : start) + window;
}

/* The slot of a sequence number in (stable, stable + PBFT_SLOTS], made if it is new; or NULL. */
struct pbft_slot *pbft_slot(struct pbft *p, uint64_t seq);

/* The slot, or NULL if it is not there. */
struct pbft_slot *pbft_slot_find(struct pbft *p, uint64_t seq);

/* Empties a slot, or only forgets what belongs to its view. */
void pbft_slot_clear(struct pbft_slot *s);
void pbft_slot_leave_view(struct pbft_slot *s);

/* What was executed as seq, or NULL if it is not in the log. */
struct pbft_done *pbft_done(const struct pbft *p, uint64_t seq);

/* *p has failed: no memory. */
void pbft_no_memory(struct pbft *p);

/* An item of this kind; NULL, and *p has failed, if there is no memory. pbft_make_vote: with a
 * view, a sequence number and a digest. */
struct pbft_item *pbft_make(struct pbft *p, enum pbft_kind kind, size_t parts);
struct pbft_item *pbft_make_vote(struct pbft *p, enum pbft_kind kind, uint64_t seq,
                                 const struct pbft_digest *digest);

/* Each takes over the caller's reference to the item, and does nothing with NULL. NODE_NONE: to all
 * others. pbft_hold sends as soon as all that was saved until now is on disk. */
void pbft_send(struct pbft *p, uint32_t to, struct pbft_item *item);
void pbft_save(struct pbft *p, struct pbft_item *item);
void pbft_hold(struct pbft *p, uint32_t to, struct pbft_item *item);

/* To all members, itself among them, as soon as all that was saved is on disk. */
void pbft_hold_all(struct pbft *p, struct pbft_item *item);

/* Everything up to the save-th item is on disk. */
void pbft_on_disk(struct pbft *p, uint64_t save);

/* The oldest item that the node has sent to itself, of which the caller takes over the reference;
 * NULL: there is none. */
struct pbft_item *pbft_mine(struct pbft *p);

/* Puts an output out, and takes over its references. */
void pbft_put(struct pbft *p, const struct engine_output *x);

/* A note for watchers. */
#define pbft_note(p, ...)                                                                          \
    ((p)->failed = (p)->failed || engine_note((p)->out, (p)->f, __VA_ARGS__) != 0)

#endif
