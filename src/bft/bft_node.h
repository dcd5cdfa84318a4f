/* The state of a node, and how it sends and saves. The other files bft_*.c are its parts;
 * bft_parts.h says what they do for each other. One thread. */
#ifndef BFT_BFT_NODE_H
#define BFT_BFT_NODE_H

#include "bft/bft_item.h"
#include "bft/bft_settings.h"
#include "bft/bft_votes.h"
#include "consensus/applied.h"
#include "consensus/proposals.h"
#include "consensus/ration.h"

#define BFT_NO_ROUND (-1) /* nobody has begun this height, as far as the node knows */
#define BFT_NEXT_MAX 8    /* items of the next height that are kept, for each member */

/* In the paper: propose, prevote, precommit; the node has said what comes before. */
enum bft_phase { BFT_TO_PREVOTE, BFT_TO_PRECOMMIT, BFT_TO_DECIDE };

/* A message that may be sent only after the save-th item is on disk (T10). */
struct bft_held {
    uint64_t save;
    struct bft_item *item;
};

/* A proposal of this height. */
struct bft_heard {
    struct bft_item *item;
    uint8_t value[BFT_VALUE_LEN];
    bool judged, valid; /* valid: the host has said so */
    bool saved, contradicted;
};

struct bft_lock {
    int32_t round; /* -1: none */
    uint8_t value[BFT_VALUE_LEN];
};

/* A read that waits until the entry with this serial is decided. */
struct bft_read {
    uint64_t serial, entry;
};

/* An item of the next height, which waits until this one is decided. */
struct bft_early {
    uint32_t from;
    struct bft_item *item;
};

struct bft {
    struct node_names *names;
    struct bft_settings set;
    struct bft_host host;
    struct bft_toy toy;
    uint32_t self;
    struct bft_set members; /* of this height; first: of the setup */
    struct bft_set scratch;
    size_t me; /* our place, or BFT_MEMBERS_MAX */
    uint64_t chance;

    /* the step that is being done */
    int64_t now;
    struct engine_outputs *out;
    struct fault *f;
    bool failed;     /* *f says why */
    bool restarting; /* the log is read */

    /* the disk */
    uint64_t saves, saved;
    struct bft_held *held;
    size_t held_first, held_count, held_cap;
    struct bft_item **logged; /* what was saved in this height, to be written again */
    size_t logged_count, logged_cap;

    uint64_t set_height; /* to which `members` belongs */
    uint64_t same_since; /* the first height that is known to have had the same members */

    /* this height: the paper's h_p, round_p, step_p, locked and valid */
    uint64_t height;
    int32_t round;
    enum bft_phase phase;
    struct bft_lock locked, valid;
    bool polka_seen; /* of this round */
    bool has_proposed;
    struct bft_heard *heard;
    size_t heard_count, heard_cap;
    struct bft_votes votes;
    struct bft_votes said;      /* this node's own */
    struct bft_item **proposed; /* its own proposals */
    size_t proposed_count, proposed_cap;
    int64_t due[3];  /* the timeouts of this round, by phase: INT64_MAX: not running */
    bool started[3]; /* each is started once a round (T6) */
    int64_t resend;  /* when what was said is said again, */
    int64_t agains;  /* ... as often as that was done since the node last said something new */

    /* other heights */
    struct bft_early *early;
    size_t early_count, early_cap;
    uint64_t ahead; /* the highest height that another node was in, and which */
    uint32_t ahead_node;
    int64_t fetch;                              /* when it is to be asked */
    struct ration rations[BFT_MEMBERS_MAX + 1]; /* by place; the last: of all others */
    struct bft_item **decided;                  /* the last ones, from decided_base + 1 on */
    size_t decided_count, decided_cap;
    uint64_t decided_base;
    struct bft_item *snapshot;
    struct applied applied;

    struct proposals own, others; /* what this node, and others, have proposed; not decided yet */
    struct bft_read *reads;
    size_t read_count, reads_cap;
};

static inline bool bft_is_member(const struct bft *b)
{
    return b->me != BFT_MEMBERS_MAX;
}

/* Votes in a message, at most. */
static inline size_t bft_votes_max(const struct bft *b)
{
    return 4 * b->members.count + 16;
}

/* *b has failed: no memory. */
void bft_no_memory(struct bft *b);

/* An item of this kind; NULL, and *b has failed, if there is no memory. */
struct bft_item *bft_make(struct bft *b, enum bft_kind kind);

/* Each takes over the caller's reference to the item, and does nothing with NULL. NODE_NONE: to all
 * others. bft_hold sends to all, and lets this node hear it too, as soon as all that was saved
 * until now is on disk. */
void bft_send(struct bft *b, uint32_t to, struct bft_item *item);
void bft_save(struct bft *b, struct bft_item *item);
void bft_hold(struct bft *b, struct bft_item *item);

/* Everything up to the save-th item is on disk. */
void bft_on_disk(struct bft *b, uint64_t save);

static inline struct bft_item *bft_item_share(struct bft_item *item)
{
    return (struct bft_item *)engine_item_ref(&item->head);
}

/* A note for watchers. */
#define bft_note(b, ...)                                                                           \
    ((b)->failed = (b)->failed || engine_note((b)->out, (b)->f, __VA_ARGS__) != 0)

#endif
