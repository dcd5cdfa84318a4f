/* What the parts of a Paxos node do for each other. They fail by setting p->failed, with the reason
 * in *p->f; callers go on, and the step fails at its end.
 *
 * paxos_on_NAME handles the message or event NAME (paxos_item.h), the message from the node `from`;
 * a message that does not fit the node's role or ballot is ignored. What is sent or saved is put
 * into *p->out. */
#ifndef PAXOS_PAXOS_PARTS_H
#define PAXOS_PAXOS_PARTS_H

#include "paxos/paxos_node.h"

/* --- paxos_learner.c: which values are chosen (Lamport 2001, section 2.3) --------------------- */

/* Notes that the value of a slot is chosen. A slot whose value was chosen keeps it (rule P9).
 * paxos_deliver then commits all that is chosen without a gap. */
void paxos_choose(struct paxos *p, uint64_t slot, const struct paxos_value *value);
void paxos_deliver(struct paxos *p);

/* The leader of this ballot says that all slots up to `chosen` are chosen: so are the values that
 * this node has accepted in that ballot. */
void paxos_learn(struct paxos *p, struct paxos_ballot ballot, uint64_t chosen);

/* Asks a node for what is chosen, unless it was just asked. */
void paxos_fetch(struct paxos *p, uint32_t from);

void paxos_on_chosen(struct paxos *p, uint32_t from, struct paxos_item *x);
void paxos_on_fetch(struct paxos *p, uint32_t from, const struct paxos_item *x);

/* Notes that these entries are chosen. Whether any is new. */
bool paxos_choose_entries(struct paxos *p, const struct paxos_item *x);

/* --- paxos_acceptor.c: what was promised and accepted (Lamport 2001, section 2.2) ------------- */

/* Accepts the entries as they are, in x->ballot. Whether any was not accepted in it before. */
bool paxos_accept_entries(struct paxos *p, const struct paxos_item *x);

/* A promise of this ballot, which reports what the node has accepted from this slot on. NULL: no
 * memory. */
struct paxos_item *paxos_promise(struct paxos *p, struct paxos_ballot ballot, uint64_t slot);

/* Saves the promise that the node now has. */
void paxos_save_promised(struct paxos *p);

void paxos_on_prepare(struct paxos *p, uint32_t from, const struct paxos_item *x);
void paxos_on_accept(struct paxos *p, uint32_t from, struct paxos_item *x);

/* --- paxos_leader.c: phase 2, for many slots (Lamport 2001, section 3) ------------------------ */

/* A quorum has promised: the leader proposes again what was reported, and no-ops in gaps. */
void paxos_lead(struct paxos *p);

/* Gives proposals slots, as far as the window and the pipeline let it. */
void paxos_flush(struct paxos *p);

/* Sends a round of heartbeats. paxos_leader_tick: the timer of a leader; it sends again what was
 * not accepted, and steps down if it hears no quorum. */
void paxos_heartbeat(struct paxos *p);
void paxos_leader_tick(struct paxos *p);

/* A leader or candidate becomes a follower. */
void paxos_step_down(struct paxos *p);

void paxos_on_accepted(struct paxos *p, uint32_t from, const struct paxos_item *x);

/* --- paxos_proposer.c: phase 1 (Lamport 2001, section 2.2) ------------------------------------ */

/* Begins phase 1 with a ballot above all that the node has heard of. */
void paxos_campaign(struct paxos *p);

/* Leads, if a quorum has promised and this node knows all that they know to be chosen. */
void paxos_try_lead(struct paxos *p);

void paxos_on_promise(struct paxos *p, uint32_t from, const struct paxos_item *x);
void paxos_on_reject(struct paxos *p, const struct paxos_item *x);

/* --- paxos_forward.c: proposals on their way to the leader ------------------------------------ */

void paxos_on_propose(struct paxos *p, struct proposal_id id, struct payload *payload);
void paxos_on_forward(struct paxos *p, uint32_t from, struct paxos_item *x);

/* Sends those that were not sent yet to the leader. */
void paxos_forward(struct paxos *p);

/* --- paxos_read.c: reads ---------------------------------------------------------------------- */

void paxos_on_read(struct paxos *p, uint64_t serial);
void paxos_on_read_message(struct paxos *p, uint32_t from, const struct paxos_item *x);
void paxos_on_read_at(struct paxos *p, const struct paxos_item *x);

/* Answers the reads that may be answered, and begins the next round for the others. */
void paxos_answer_reads(struct paxos *p);

/* Answers "later" to all that wait at this node as the leader, which it is no more. */
void paxos_refuse_reads(struct paxos *p);

/* When the first read times out; INT64_MAX: there is none. */
int64_t paxos_reads_due(const struct paxos *p);

/* --- paxos_recovery.c: a node without a log, new or with a lost disk (rule P10) --------------- */

/* The node may vote: it has never done so before. */
void paxos_born(struct paxos *p);

/* Saves whether it may vote: the members it was born with, or else the question that it asks. */
void paxos_save_voting(struct paxos *p);

/* The question of a node that may not vote yet, with its incarnation. NULL: no memory. */
struct paxos_item *paxos_question(struct paxos *p);

void paxos_ask(struct paxos *p);
void paxos_on_ask(struct paxos *p, uint32_t from, const struct paxos_item *x);
void paxos_on_answer(struct paxos *p, uint32_t from, const struct paxos_item *x);

/* Enough others have promised: accepts what they have accepted, and votes again. */
void paxos_recover(struct paxos *p);

/* --- paxos_snapshot.c: a state in place of the slots that made it ----------------------------- */

/* `state` is what all commits up to the slot made. */
void paxos_on_snapshot(struct paxos *p, uint64_t slot, struct payload *state);

/* Takes a snapshot, if it is newer, in place of what is known: one from the log; paxos_on_install:
 * one from another node, which is saved as well. */
void paxos_install(struct paxos *p, struct paxos_item *x);
void paxos_on_install(struct paxos *p, struct paxos_item *x);

/* Replaces the log on disk by what is still needed. */
void paxos_rewrite(struct paxos *p);

/* --- paxos_restart.c: the first event ----------------------------------------------------------
 */

/* Takes up what the disk kept. 0; or -1 and FAULT_RULE in *p->f if no node can have saved that. */
int paxos_restart(struct paxos *p, struct engine_item *const *items, size_t count);

/* Sets the first timer: a node that may vote waits for a leader, one without a log asks the others,
 * one that is not a member fetches. */
void paxos_start(struct paxos *p);

#endif
