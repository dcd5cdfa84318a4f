/* Tendermint's settings (netsim(1), Tendermint), and the rules that a test may have it break. */
#ifndef BFT_BFT_SETTINGS_H
#define BFT_BFT_SETTINGS_H

#include "bft/bft_rotation.h"
#include "consensus/engine.h"

struct bft_settings {
    int64_t timeout, delta; /* milliseconds: a timeout is timeout + round * delta (T6) */
    int64_t resend;         /* ... after which a node that is stuck says again what it said */
    int64_t keep;           /* decided heights that are kept for others after a snapshot */
    int64_t broken;         /* the number of the rule that is broken; 0: none */
    bool forward;           /* proposals go to all members, not only to this one */
    char chain[64];
};

/* Whether rule Tn is kept. The hidden setting break=Tn plants its violation, for tests. */
#define BFT_KEEPS(set, n) ((set)->broken != (n))

/* 0; or -1 and *f: FAULT_RULE names the word that is wrong. `weight=NAME:N` sets a weight in
 * *members, which has all members already (their weights are 1). */
int bft_settings_parse(struct bft_settings *set, struct bft_set *members, struct node_names *names,
                       const char *const *words, size_t count, struct fault *f);

#endif
