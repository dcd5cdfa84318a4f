/* PBFT's settings (pbft(1), SETTINGS), and the rules that a test may have it break. */
#ifndef PBFT_PBFT_SETTINGS_H
#define PBFT_PBFT_SETTINGS_H

#include "consensus/engine.h"

#define PBFT_WINDOW_MAX 256
#define PBFT_BATCH_MAX 4096

struct pbft_settings {
    int64_t timeout, heartbeat; /* milliseconds */
    int64_t window;             /* sequence numbers above the low mark: L */
    int64_t checkpoint;         /* from one checkpoint to the next: K */
    int64_t batch;              /* requests in a proposal */
    int64_t pipeline;           /* proposals that may be open at once */
    const char *weights;        /* NAME:WEIGHT,...; NULL: all weigh 1 */
    int64_t broken;             /* the number of the rule that is broken; 0: none */
    bool lies;                  /* it lies to the others: pbft_lie.c */
};

/* Whether rule Bn is kept. The hidden setting break=Bn plants its violation, for tests. */
#define PBFT_KEEPS(set, n) ((set)->broken != (n))

/* 0; or -1 and *f: FAULT_RULE names the word that is wrong. */
int pbft_settings_parse(struct pbft_settings *set, const char *const *words, size_t count,
                        struct fault *f);

#endif
