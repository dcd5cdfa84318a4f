/*
 * Decides whether compressing what a connection sends is worth the processor's time. A record is
 * mostly random digits: deflate (RFC 1951) halves it in some 15 microseconds, which only pays on a
 * slow link. Nothing is compressed for a peer on this machine. For other peers, the little that an
 * idle node sends is compressed; a stream is, only while the link and not the peer limits its rate.
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
    uint64_t busy;  /* microseconds in which bytes were in flight or queued */
    uint64_t shut;  /* those of them in which the peer's receive window was closed */
};

struct compression {
    int fd;
    bool is_local;
    struct compression_sample last; /* totals at the last call */
};

/* Begins with a connected socket, which stays the caller's. */
void compression_init(struct compression *g, int fd);

/* Whether to compress from here on. lines: how many bytes of lines the connection has sent in all.
 * Call about once a second. */
bool compression_decide(struct compression *g, uint64_t lines);

/* The decision for a connection to another machine. */
bool compression_is_worth(const struct compression_sample *s);

#endif
