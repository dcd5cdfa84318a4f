/* Tendermint (Buchman, Kwon, Milosevic, "The latest gossip on BFT consensus", arXiv 1807.04938,
 * algorithm 1) as an engine, for up to BFT_MEMBERS_MAX weighted members of whom those with less
 * than a third of the weight may lie. Heights follow each other; each decides one payload, and the
 * index of its commit is the height. bft/bft_vote.h says how it is hosted. */
#ifndef BFT_BFT_H
#define BFT_BFT_H

#include "consensus/engine.h"

extern const struct engine_type bft_engine;

#endif
