/*
 * Whether compressing what a connection sends is worth the processor's time. A record is mostly
 * random digits: deflate halves it, at some 15 microseconds of processor time, which only a slow
 * link repays. Nothing is compressed for a peer on this machine. Elsewhere, what little an idle
 * node says is; a stream is compressed only while the link, and not the peer, is what holds it up.
 */
#ifndef NET_COMPRESSION_H
#define NET_COMPRESSION_H

#include <stdbool.h>
#include <stdint.h>

#define COMPRESSION_LITTLE (1 << 18) /* bytes in a second that are always compressed */
#define COMPRESSION_SLOW (12 << 20)  /* bytes a second: a link below this rate is slow */

/* What passed in a second or so. */
struct compression_sample {
    uint64_t lines; /* bytes of lines, before they were compressed */
    uint64_t acked; /* bytes of TCP that the other side acknowledged */
    uint64_t busy;  /* microseconds in which some were on their way or waiting */
    uint64_t shut;  /* those of them in which the peer's receive window was closed */
};

struct compression {
    int fd;
    bool is_local;
    struct compression_sample last; /* totals at the last look */
};

/* Begins with a connected socket, which stays the caller's. */
void compression_init(struct compression *g, int fd);

/* Looks at the connection, over which so many bytes of lines were sent in all. Whether to compress
 * from here on. Call about once a second. */
bool compression_decide(struct compression *g, uint64_t lines);

/* The decision for a connection to another machine. */
bool compression_is_worth(const struct compression_sample *s);

#endif
