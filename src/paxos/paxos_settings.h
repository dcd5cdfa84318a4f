/* Paxos's settings (paxos(1), SETTINGS), and the rules that a test may have it break. */
#ifndef PAXOS_PAXOS_SETTINGS_H
#define PAXOS_PAXOS_SETTINGS_H

#include "consensus/engine.h"

struct paxos_settings {
    int64_t election, heartbeat; /* milliseconds */
    int64_t window;              /* slots that may be open at once */
    int64_t batch;               /* proposals in a message */
    int64_t pipeline;            /* messages of them that may be open at once */
    bool single;                 /* one value is ever chosen: that of slot 1 */
    bool sticky;                 /* whoever hears a leader promises nobody else */
    bool fresh;                  /* the operator's word: this node has never run */
    int64_t broken;              /* the number of the rule that is broken; 0: none */
};

/* Whether rule Pn is kept. The hidden setting break=Pn plants its violation, for tests. */
#define PAXOS_KEEPS(set, n) ((set)->broken != (n))

/* 0; or -1 and *f: FAULT_RULE names the word that is wrong. */
int paxos_settings_parse(struct paxos_settings *set, const char *const *words, size_t count,
                         struct fault *f);

#endif
