/*
 * The state of a Raft node, which the files raft_*.c share, and what they do for each other. Each
 * function below stands in the file that its heading names. One thread.
 *
 * In these files, "section" and "figure" are of Ongaro and Ousterhout, "In Search of an
 * Understandable Consensus Algorithm", 2014 (extended version); "thesis" is Ongaro, "Consensus:
 * Bridging Theory and Practice", 2014; "rule" is of raft(1).
 *
 * raft_on_NAME handles the message NAME from a node; a message that does not fit the role of this
 * node is ignored. An int is 0, or -1 and *r->f (no memory, unless the function says more).
 */
#ifndef RAFT_RAFT_NODE_H
#define RAFT_RAFT_NODE_H

#include "consensus/applied.h"
#include "consensus/proposals.h"
#include "raft/raft_config.h"
#include "raft/raft_disk.h"
#include "raft/raft_item.h"
#include "raft/raft_log.h"
#include "raft/raft_settings.h"

#define RAFT_LEAVING_MAX 8

enum raft_role { RAFT_FOLLOWER, RAFT_PRECANDIDATE, RAFT_CANDIDATE, RAFT_LEADER };

/* How a leader sends entries to a peer: one message at a time, to find where the logs agree; as
 * they come; or none until a snapshot has arrived. (StateProbe, StateReplicate and StateSnapshot of
 * etcd.) */
enum raft_progress { RAFT_PROBING, RAFT_STREAMING, RAFT_IMAGING };

enum raft_answer { RAFT_NO_ANSWER, RAFT_YES, RAFT_NO };

/* A member as a candidate or leader sees it; the node itself is one of them. */
struct raft_peer {
    uint32_t node, roles;
    enum raft_progress progress;
    enum raft_answer answer; /* to the request for its vote */
    bool paused;             /* a probe, or a piece of a snapshot, is in flight */
    bool stalled;            /* a piece was in flight at the last heartbeat, too */
    uint64_t match;          /* it has the log up to there on disk; only grows (rule R21) */
    uint64_t next;           /* the first entry that it has not been sent */
    uint64_t round;          /* the latest heartbeat that it has answered */
    uint64_t commit;         /* the commit index that it was sent last */
    uint64_t heard;          /* when something came from it: raft_clock() */
    uint64_t image, offset;  /* index of the image that it is sent, and how much of it */
};

/* A configuration, and the index of its entry: it takes effect as soon as the entry is in the log
 * (thesis 4.1; rule R16). */
struct raft_config_at {
    uint64_t index;
    struct raft_config config;
};

struct raft_read {
    uint32_t from;   /* who asked: the node itself, or a follower */
    uint64_t serial; /* its name for the read */
    uint64_t round;  /* a leader: the heartbeat that has to be answered first; 0: none was sent yet.
                        A follower: under which number the leader was asked; 0: it was not yet */
    uint64_t index;
    int64_t since;
};

/* The state that the commits up to index made, as one payload: raft/raft_image.h. */
struct raft_image {
    uint64_t index, term; /* 0: there is none */
    struct payload *payload;
    struct applied applied; /* by the commits up to index */
};

struct raft {
    struct node_names *names;
    uint32_t self;
    struct raft_settings set;
    uint64_t chance;

    /* What the disk has, or soon will. */
    uint64_t term;
    uint32_t vote;
    struct raft_log log;
    struct raft_disk disk;
    struct raft_image image;

    enum raft_role role;
    uint32_t leader;      /* NODE_NONE: unknown */
    int64_t leader_heard; /* when it was heard last */
    int64_t timeout;      /* drawn for this election */
    int64_t election_due;
    bool ordered;          /* a candidate whose leader told it to stand (a transfer) */
    uint32_t grants_heard; /* grants as they came in, for a node that breaks rule R4 */

    struct raft_config_at *configs; /* the last one is in effect */
    size_t config_count, config_cap;
    bool voter;                               /* the last of them gives this node a vote */
    struct raft_peer peers[RAFT_MEMBERS_MAX]; /* its members, in the same order */
    uint32_t peer_count;

    uint64_t commit, last_applied;
    struct applied applied;     /* by the commits up to last_applied */
    struct proposals proposals; /* made here and not committed yet */
    bool batch_due;             /* there is something to send or save at the end of the batch */

    /* A leader's. */
    struct raft_peer leaving[RAFT_LEAVING_MAX]; /* removed, and not told that this is committed */
    uint32_t leaving_count;
    int64_t heartbeat_due;
    uint64_t round;        /* heartbeats so far; every append carries the number */
    bool round_due;        /* a read waits for one that has not been sent */
    struct applied in_log; /* proposals in the log, and those applied */
    uint32_t transferee;   /* NODE_NONE: leadership is not being transferred */
    int64_t transfer_due;
    bool transfer_sent;   /* the transferee was told to stand */
    uint64_t lease_round; /* the heartbeat that will extend the lease; 0: none */
    int64_t lease_sent, lease_until;
    bool lease_over;          /* no lease any more in this term */
    struct raft_item *shared; /* the last append, for the next peer that needs the same */
    uint64_t shared_next;

    struct raft_read *reads;
    size_t read_count, read_cap;
    uint64_t asked; /* reads that a follower has passed on */
    int64_t retry_due;

    /* A follower's: what it has to acknowledge to its leader. */
    uint64_t matched; /* up to there its log is the leader's */
    uint64_t acknowledged, round_heard, round_answered;
    struct buf arriving; /* pieces of the image at arriving_index */
    uint64_t arriving_index;

    /* This step's. */
    int64_t now;
    struct engine_outputs *out;
    struct fault *f;
};

/* Whether rule n is broken on purpose, to show that the tests notice (the setting break). */
#define RAFT_BROKEN(r, n) (((r)->set.broken >> (n)) & 1)

static inline const struct raft_config_at *raft_config_now(const struct raft *r)
{
    return &r->configs[r->config_count - 1];
}

/* A time as a number that can be compared and is not negative. */
static inline uint64_t raft_clock(int64_t now)
{
    return (uint64_t)now + ((uint64_t)1 << 63);
}

/* --- raft_peer.c: the members, their configurations and majorities. --- */

/* The peer with this number, or NULL. */
struct raft_peer *raft_peer_find(struct raft *r, uint32_t node);

/* Whether this node may stand for election. It may until its removal as a voter is committed, for
 * its log may be the only complete one (thesis 4.2.2). */
bool raft_may_stand(const struct raft *r);

/* The configurations follow the log. push: the entry at index has this one. pop: the entries after
 * index are cut off. trim: a snapshot covers everything up to index; forgets all that were
 * replaced by then. of: the configuration in effect at index. */
int raft_config_push(struct raft *r, uint64_t index, const struct raft_config *c);
void raft_config_pop(struct raft *r, uint64_t index);
void raft_config_trim(struct raft *r, uint64_t index);
const struct raft_config *raft_config_of(const struct raft *r, uint64_t index);

/* The highest value that a majority of the voters (of both sets, if joint) has reached in a field:
 * the uint64_t at this offset of struct raft_peer. */
uint64_t raft_reached(const struct raft *r, size_t field);

/* --- raft_role.c: terms, roles and the election timer. --- */

/* Becomes a follower in this term, which is at least its own. leader NODE_NONE: unknown. */
int raft_follow(struct raft *r, uint64_t term, uint32_t leader);
int raft_lead(struct raft *r);                /* becomes the leader of its term (section 5.2) */
void raft_restart_timer(struct raft *r);      /* the election timer begins anew */
void raft_redraw_timeout(struct raft *r);     /* ... with another timeout */
bool raft_hears_leader(const struct raft *r); /* within the shortest election timeout */

/* --- raft_election.c: standing and voting (sections 5.2 and 5.4.1). --- */

/* Stands for election, after a pre-vote unless its leader has ordered it. */
int raft_campaign(struct raft *r, bool ordered);
int raft_on_vote(struct raft *r, uint32_t from, const struct raft_item *x);
int raft_on_voted(struct raft *r, uint32_t from, const struct raft_item *x);
int raft_vote_saved(struct raft *r); /* counts its own vote, if that is on disk now */

/* --- raft_follow.c: appends from a leader, and the answers (section 5.3). --- */
int raft_on_append(struct raft *r, const struct raft_item *x);
/* Tells the leader up to where the log matches and is on disk; must: even if that is not new. */
int raft_acknowledge(struct raft *r, bool must);
/* Puts n entries after index into the log, in place of what stood there. */
int raft_put_after(struct raft *r, uint64_t index, const struct raft_entry *list, uint32_t n);
int raft_tell_term(struct raft *r, uint32_t from); /* tells an old leader the term */

/* --- raft_replicate.c: a leader's appends (section 5.3). --- */
int raft_flush(struct raft *r);     /* sends, and then saves, the entries that wait */
int raft_heartbeat(struct raft *r); /* if it is due */
int raft_dismiss(struct raft *r);   /* tells removed members, once, that this is committed */
int raft_on_matched(struct raft *r, uint32_t from, const struct raft_item *x);
int raft_on_unmatched(struct raft *r, uint32_t from, const struct raft_item *x);
int raft_on_received(struct raft *r, uint32_t from, const struct raft_item *x);
int raft_extend(struct raft *r, const struct raft_entry *e); /* an entry of its own term */

/* --- raft_commit.c: committing and applying (sections 5.3 and 5.4.2). --- */
int raft_advance(struct raft *r);                   /* a leader's commit, if more is matched */
int raft_commit_to(struct raft *r, uint64_t index); /* and applies it */

/* --- raft_propose.c: proposals, on their way to the log (thesis 6.3). --- */
int raft_propose(struct raft *r, struct proposal_id id, struct payload *payload);
int raft_on_forward(struct raft *r, const struct raft_item *x);
int raft_take_proposals(struct raft *r); /* a leader: into its log; a follower: to its leader */
void raft_retry_later(struct raft *r);   /* passes on again after an election timeout */
int raft_rebuild_in_log(struct raft *r); /* of a new leader */

/* --- raft_read.c: linearizable reads (thesis 6.4). --- */
int raft_read(struct raft *r, uint32_t from, uint64_t serial);
void raft_number_reads(struct raft *r); /* at the start */
int raft_on_readable(struct raft *r, const struct raft_item *x);
int raft_ask_reads(struct raft *r);      /* a follower asks its leader; a leader begins a round */
int raft_answer_applied(struct raft *r); /* those that waited for commits alone */
int raft_answer_reads(struct raft *r);   /* a leader: those whose round a quorum has answered */
int raft_drop_reads(struct raft *r, int64_t before); /* made before then: `later` */

/* --- raft_member.c: operators' commands: members (section 6, thesis 4), transfers (3.10). --- */
int raft_command(struct raft *r, const char *text, size_t n);
int raft_members_committed(struct raft *r); /* a leader goes on after a change was committed */
int raft_transfer_step(struct raft *r);     /* the transfer goes on, or is given up */

/* --- raft_snapshot.c: made, sent and installed (section 7, thesis 5). --- */
/* The state that the commits up to index made becomes the snapshot, and the log before it goes.
 * compact: made here. restore: another node's, or the disk's. */
int raft_compact(struct raft *r, uint64_t index, const struct payload *state);
/* The next piece, to a follower whose next entry is gone from the log. */
int raft_send_image(struct raft *r, struct raft_peer *p);
int raft_on_snapshot(struct raft *r, const struct raft_item *x);
int raft_restore(struct raft *r, uint64_t index, uint64_t term, struct payload *payload);

/* --- raft_restart.c --- */

/* Takes up what the disk kept. -1 and FAULT_RULE if no node can have written that. */
int raft_restart(struct raft *r, struct engine_item *const *items, size_t count);

/* --- raft_save.c: the disk, and messages that wait for it. --- */

/* Sends x, whose reference it takes, as soon as the term and vote are on disk (rule R2). x NULL:
 * fails as without memory, so callers need not check raft_item_new. */
int raft_send(struct raft *r, uint32_t to, struct raft_item *x);
void raft_state_changed(struct raft *r); /* the term or vote: to be saved with this step */
int raft_save_state(struct raft *r);     /* now, if it has changed */
int raft_save_entries(struct raft *r);   /* those that have not been yet */
int raft_save_image(struct raft *r);     /* in place of all saves before it */
int raft_saved(struct raft *r, uint64_t serial);
void raft_cut_after(struct raft *r, uint64_t index); /* cuts the log, and all that counts it */

#endif
