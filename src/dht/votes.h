/* What others say our own address is (BEP 42, `ip` in replies). It is believed once VOTES_NEEDED of
 * them agree whose own networks differ (IPv4: the first byte; IPv6: the first four), and no more
 * than half of those that were heard disagree; so one liar, or one network of them, changes
 * nothing. */
#ifndef DHT_VOTES_H
#define DHT_VOTES_H

#include "lookup/contact.h"

enum { VOTES_NEEDED = 4, VOTES_NETWORKS = 256 };

/* Of one family. All zero at first. */
struct dht_votes {
    struct dht_vote {
        uint8_t host[16];
        uint8_t host_len; /* 0: none */
    } by_network[VOTES_NETWORKS];
};

/* This voter says that we have this address, of the voter's family. Whether that is new. */
bool dht_votes_add(struct dht_votes *v, const struct contact *voter, const struct contact *said);

/* Whether an address of so many bytes is believed, and which. */
bool dht_votes_result(const struct dht_votes *v, uint8_t host_len, uint8_t host[16]);

#endif
