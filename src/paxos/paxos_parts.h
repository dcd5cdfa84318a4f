/* What the parts of a node of paxos do for each other. Nothing here fails but by p->failed. */
#ifndef PAXOS_PAXOS_PARTS_H
#define PAXOS_PAXOS_PARTS_H

#include "paxos/paxos_node.h"

/* --- paxos_learner.c: which values are chosen ------------------------------------------------ */

/* The value of a slot is chosen; paxos_deliver puts out what can be put out. A slot whose value was
 * chosen keeps it (rule P9). */
void paxos_choose(struct paxos *p, uint64_t slot, const struct paxos_value *value);
void paxos_deliver(struct paxos *p);

/* The leader of this ballot says that all up to `chosen` is: so is what was accepted in it. */
void paxos_learn(struct paxos *p, struct paxos_ballot ballot, uint64_t chosen);

/* Asks a node for what is chosen, unless it was just asked. */
void paxos_fetch(struct paxos *p, uint32_t from);

void paxos_on_chosen(struct paxos *p, uint32_t from, struct paxos_item *x);
void paxos_on_fetch(struct paxos *p, uint32_t from, const struct paxos_item *x);

/* Entries that are known to be chosen. Whether there was a new one among them. */
bool paxos_choose_entries(struct paxos *p, const struct paxos_item *x);

/* --- paxos_acceptor.c: what was promised and accepted ----------------------------------------- */

/* Accepts the entries as they are, in x->ballot. Whether any was not accepted in it before. */
bool paxos_accept_entries(struct paxos *p, const struct paxos_item *x);

/* What the node reports of the slots from this one on, to whoever it has promised a ballot. */
struct paxos_item *paxos_promise(struct paxos *p, struct paxos_ballot ballot, uint64_t slot);

/* Saves the promise that the node now has. */
void paxos_save_promised(struct paxos *p);

void paxos_on_prepare(struct paxos *p, uint32_t from, const struct paxos_item *x);
void paxos_on_accept(struct paxos *p, uint32_t from, struct paxos_item *x);

/* --- paxos_leader.c: phase 2 ------------------------------------------------------------------ */

/* A quorum has promised: the leader proposes again what was reported, and no-ops in gaps. */
void paxos_lead(struct paxos *p);

/* Gives proposals slots, as far as the window and the pipeline let it. */
void paxos_flush(struct paxos *p);

/* A round of heartbeats; and what is due to a leader at a heartbeat's time. */
void paxos_heartbeat(struct paxos *p);
void paxos_leader_tick(struct paxos *p);

/* A leader or a candidate is so no more. */
void paxos_step_down(struct paxos *p);

void paxos_on_accepted(struct paxos *p, uint32_t from, const struct paxos_item *x);

/* --- paxos_proposer.c: phase 1 ---------------------------------------------------------------- */

/* Begins phase 1 in a ballot that is above all of which the node has heard. */
void paxos_campaign(struct paxos *p);

/* Leads, if a quorum has promised, and what they know to be chosen is known here. */
void paxos_try_lead(struct paxos *p);

void paxos_on_promise(struct paxos *p, uint32_t from, const struct paxos_item *x);
void paxos_on_reject(struct paxos *p, const struct paxos_item *x);

/* --- paxos_forward.c: proposals on their way to the leader ------------------------------------ */

void paxos_on_propose(struct paxos *p, struct proposal_id id, struct payload *payload);
void paxos_on_forward(struct paxos *p, uint32_t from, struct paxos_item *x);

/* Sends those that were not sent, to whoever leads. */
void paxos_forward(struct paxos *p);

/* --- paxos_read.c: reads ---------------------------------------------------------------------- */

void paxos_on_read(struct paxos *p, uint64_t serial);
void paxos_on_read_message(struct paxos *p, uint32_t from, const struct paxos_item *x);
void paxos_on_read_at(struct paxos *p, const struct paxos_item *x);

/* Answers what can be answered, and begins the next round for what cannot. */
void paxos_answer_reads(struct paxos *p);

/* A leader that is none any more answers "later". */
void paxos_refuse_reads(struct paxos *p);

/* When the first read is due to be given up; INT64_MAX: there is none. */
int64_t paxos_reads_due(const struct paxos *p);

/* --- paxos_birth.c: a node without a log ------------------------------------------------------ */

/* The node may vote: it has never done so, or knows again what it did. */
void paxos_born(struct paxos *p);

/* Saves that it may, and who took part in its birth. */
void paxos_save_born(struct paxos *p);

/* The question of a node that may not vote yet, with the number of its life. */
struct paxos_item *paxos_question(struct paxos *p);

void paxos_ask(struct paxos *p);
void paxos_on_ask(struct paxos *p, uint32_t from, const struct paxos_item *x);
void paxos_on_answer(struct paxos *p, uint32_t from, const struct paxos_item *x);

/* Enough others have promised: what they have accepted is accepted here as well. */
void paxos_recover(struct paxos *p);

/* --- paxos_snapshot.c: the log does not grow for ever ----------------------------------------- */

/* `state` is what all commits up to the slot made. */
void paxos_on_snapshot(struct paxos *p, uint64_t slot, struct payload *state);

/* One of the log, which replaces what is known if it is newer; and another node's. */
void paxos_install(struct paxos *p, struct paxos_item *x);
void paxos_on_install(struct paxos *p, struct paxos_item *x);

/* Replaces the log on disk by what is still needed. */
void paxos_rewrite(struct paxos *p);

/* --- paxos_restart.c ---------------------------------------------------------------------------
 */

/* Takes up what the disk kept. 0; or -1 and FAULT_RULE in *p->f. */
int paxos_restart(struct paxos *p, struct engine_item *const *items, size_t count);

/* The votes of a node begin, or its questions. */
void paxos_start(struct paxos *p);

#endif
