/*
 * The judge behind verify: says of every item of a stream whether it holds. What it is judged by
 * depends on what is there to judge it by:
 *
 * - against a ledger: a block against its parent's state, or, where the parent is not there yet, by
 *   what needs no ledger; a loose transaction by chain, fee and a sequence number not used yet; a
 *   peer record by its chain;
 * - a whole ledger (the first record is a block): everything, from genesis on;
 * - loose records: what needs no ledger; of two transactions that spend the same sequence number,
 *   the second falls, and so does a genesis block, whose ledger nobody would audit here.
 */
#ifndef LEDGER_JUDGE_H
#define LEDGER_JUDGE_H

#include "ledger/ledger.h"

struct judge;

/* How many loose transactions are remembered, the newest, to find two that spend the same sequence
 * number. */
#define JUDGE_SPENDS_MAX (1 << 18)

/* A judge for one stream; against may be NULL and stays the caller's. NULL: no memory. */
struct judge *judge_new(struct ledger *against);
void judge_free(struct judge *j);

/* Judges the stream's next item, its signatures checked: 1 it holds, 0 it does not (*f, with its
 * line), -1 and trouble. now is the clock. */
int judge_item(struct judge *j, const struct item *item, int64_t now, struct fault *f);

/* The rules of the chain whose whole ledger is judged, once its genesis held; else NULL. */
const struct rules *judge_rules(const struct judge *j);

#endif
