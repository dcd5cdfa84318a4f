/* What the parts of a PBFT node do for each other. They fail by setting p->failed, with the reason
 * in *p->f; callers go on, and the step fails at its end.
 *
 * pbft_on_NAME handles the message or event NAME (pbft_item.h), the message from the node `from`; a
 * message that does not fit the node's view or window is ignored. What is sent or saved is put into
 * *p->out. Sections are of TOCS 2002 unless said otherwise. */
#ifndef PBFT_PBFT_PARTS_H
#define PBFT_PBFT_PARTS_H

#include "pbft/pbft_node.h"

/* --- pbft_order.c: the three phases (OSDI 1999, section 4.2) ---------------------------------- */

/* Whether a record of so many bytes can be ordered. A message has at most 64 MiB (process(7)), and
 * one of a view change may have the batches of two windows: each has its share of 48 MiB. */
bool pbft_record_fits(const struct pbft *p, size_t bytes);

/* The primary proposes what waits, as far as the window and the pipeline go. */
void pbft_propose(struct pbft *p);

/* Accepts a batch for a sequence number in this view. Whether it was: one that has another is not
 * (rule B9). The caller saves what this follows from. */
bool pbft_accept(struct pbft *p, uint64_t seq, struct pbft_batch *batch);

/* Sends what a member does after it has accepted: its prepare message, unless it is the primary. */
void pbft_accepted(struct pbft *p, uint64_t seq);

void pbft_on_preprepare(struct pbft *p, uint32_t from, struct pbft_item *x);
void pbft_on_prepare(struct pbft *p, uint32_t from, const struct pbft_item *x);
void pbft_on_commit(struct pbft *p, uint32_t from, const struct pbft_item *x);

/* A slot is prepared in this view: what follows, but for messages. */
void pbft_set_prepared(struct pbft *p, struct pbft_slot *s);

/* Adds to Q that a digest was pre-prepared in this view, or an earlier one. */
void pbft_add_history(struct pbft_slot *s, uint64_t view, const struct pbft_digest *digest);

/* --- pbft_execute.c: in the order of the sequence numbers ------------------------------------- */

/* Executes the next sequence number, with this batch. pbft_execute: all that is committed. */
void pbft_run(struct pbft *p, struct pbft_batch *batch);
void pbft_execute(struct pbft *p);

/* --- pbft_checkpoint.c: (OSDI 1999, section 4.3) ---------------------------------------------- */

/* This node has executed a multiple of K: it notes that, and tells the others. */
void pbft_checkpoint(struct pbft *p);
void pbft_on_checkpoint(struct pbft *p, uint32_t from, const struct pbft_item *x);

/* Moves the low mark as far as checkpoints of a quorum and the own execution go. */
void pbft_stabilise(struct pbft *p);
void pbft_set_stable(struct pbft *p, uint64_t seq, const struct pbft_digest *digest);

/* --- pbft_request.c, pbft_read.c -------------------------------------------------------------- */

void pbft_on_propose(struct pbft *p, struct proposal_id id, struct payload *payload);
void pbft_on_request(struct pbft *p, const struct pbft_item *x);

/* Sends the own proposals to all members; those that wait long, again. */
void pbft_forward(struct pbft *p);
void pbft_forget_request(struct pbft *p, struct proposal_id id);

void pbft_on_read(struct pbft *p, uint64_t serial);

/* The read with this id was ordered: those that wait for it are answered. */
void pbft_read_done(struct pbft *p, struct proposal_id id);
bool pbft_read_was_done(const struct pbft *p, struct proposal_id id);
void pbft_refuse_reads(struct pbft *p);
int64_t pbft_reads_due(const struct pbft *p);

/* --- pbft_view.c: view changes (section 3.2.4) ------------------------------------------------ */

/* Gives up all views below this one. */
void pbft_change_view(struct pbft *p, uint64_t view);

/* The own parts P and Q, and with C the checkpoints, as an item of this kind; or NULL. */
struct pbft_item *pbft_claims(struct pbft *p, enum pbft_kind kind);

void pbft_on_viewchange(struct pbft *p, uint32_t from, struct pbft_item *x);
void pbft_on_ack(struct pbft *p, uint32_t from, const struct pbft_item *x);

/* Sends to a node in an earlier view what it needs to enter ours. */
void pbft_help_view(struct pbft *p, uint32_t to, uint64_t view);

/* The view's timer (OSDI 1999, section 4.5.2). */
void pbft_watch(struct pbft *p);
void pbft_view_tick(struct pbft *p);

/* --- pbft_choose.c: what a new view begins with ----------------------------------------------- */

struct pbft_choice {
    uint64_t start; /* the checkpoint */
    struct pbft_digest digest;
    size_t count; /* of the sequence numbers from start + 1 on: the digest of each */
    struct pbft_digest list[PBFT_SLOTS];
};

/* Decides from view changes of members, none twice. Everybody decides the same from the same ones
 * (rule B1). false: they do not suffice. */
bool pbft_choose(const struct pbft *p, struct pbft_item *const *claims, const unsigned *members,
                 size_t count, struct pbft_choice *out);

/* --- pbft_newview.c --------------------------------------------------------------------------- */

/* The primary of a view begins it if it has enough; a backup enters it if it believes what it was
 * offered. */
void pbft_try_begin(struct pbft *p);
void pbft_try_enter(struct pbft *p);
void pbft_on_newview(struct pbft *p, uint32_t from, struct pbft_item *x);

/* Enters the view as the message has it, without messages or saves. */
void pbft_enter(struct pbft *p, struct pbft_item *x);

/* --- pbft_status.c: what was lost is sent again ----------------------------------------------- */

void pbft_beat(struct pbft *p);
void pbft_on_status(struct pbft *p, uint32_t from, const struct pbft_item *x);

/* --- pbft_fetch.c, pbft_snapshot.c: catching up ----------------------------------------------- */

/* At each beat: asks for what others have executed and this node has not. */
void pbft_catch_up(struct pbft *p);
void pbft_on_fetch(struct pbft *p, uint32_t from, const struct pbft_item *x);
void pbft_on_decided(struct pbft *p, uint32_t from, const struct pbft_item *x);
void pbft_fetched_free(struct pbft_fetched *list);

void pbft_on_snapshot(struct pbft *p, uint64_t index, struct payload *state);

/* Sends the snapshot, or only its mark. About how many bytes that is. */
size_t pbft_send_snapshot(struct pbft *p, uint32_t to, bool whole);
void pbft_on_snapshot_message(struct pbft *p, uint32_t from, struct pbft_item *x);
void pbft_on_mark(struct pbft *p, uint32_t from, const struct pbft_item *x);
void pbft_install(struct pbft *p, struct pbft_item *x);

/* --- pbft_restart.c --------------------------------------------------------------------------- */

/* 0, or -1 and *p->f: what the disk kept breaks a rule. */
int pbft_restart(struct pbft *p, struct engine_item *const *items, size_t count);

/* --- pbft_lie.c ------------------------------------------------------------------------------- */

/* Sends the message, or something else in its place, for tests. Takes over the reference. */
void pbft_lie(struct pbft *p, uint32_t to, struct pbft_item *item);

#endif
