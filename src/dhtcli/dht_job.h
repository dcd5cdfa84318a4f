/* What dht-lookup does with one line of its input: the searches for a key, or a put; and the lines
 * that it prints about that. Only programs use this: it prints and exits. */
#ifndef DHTCLI_DHT_JOB_H
#define DHTCLI_DHT_JOB_H

#include "dhtcli/dht_world.h"

enum {
    DHT_JOBS_MAX = 8,     /* at a time: each has up to four searches */
    DHT_FOUND_MAX = 4096, /* peers of one key that are printed */
};

enum { DHT_WANT_PEERS = 1, DHT_WANT_ITEMS = 2 };

struct dht_jobs {
    struct dht_world world; /* first: see dht_world_start */
    bool families[2];       /* that are asked: IPv4, IPv6 */
    unsigned want;
    bool announces, puts, json, verbose;
    uint16_t port;                /* to announce; 0: the one that we send from */
    const struct secret_key *key; /* of mutable items that are put; NULL: they are immutable */
    int64_t seq;                  /* -1: the one after what is there */
    const char *salt;             /* "": none */

    size_t active;
    int status; /* CLI_NO: something was not found, or not stored */
};

/* Starts what a line of n bytes asks for. 0, or -1 and a rule: it cannot be asked. */
int dht_job_start(struct dht_jobs *all, const char *line, size_t n, struct fault *f);

#endif
