/*
 * ticket, share, exhausted: requests to search for a seal, and the results (ticket(5)). All three
 * end in a block header: in a share it has its seal, in the others it does not.
 */
#ifndef RECORD_TICKET_H
#define RECORD_TICKET_H

#include "record/block.h"

/* A range of nonces to try for one header. */
struct ticket {
    uint8_t share[ID_LEN]; /* the share target; not below the target */
    uint64_t first, last;  /* nonces, inclusive */
    struct account worker; /* who is credited; all zero: nobody */
    struct block block;    /* its seal is empty */
};

/* A sealed header whose id, its finder claims, does not exceed share. */
struct share {
    uint8_t share[ID_LEN];
    struct account worker;
    struct block block;
    struct field header; /* the header's line, in the share's own */
};

/* A claim that a ticket's whole range was tried and has no seal. */
struct receipt {
    struct ticket ticket;
    uint64_t best; /* the nonce of the lowest id, in the range */
};

/* Each parses a line that line_check let through; a share points into it. No id is checked. 0, or
 * -1 and a rule that begins with the record's type and ": ". */
int ticket_parse(const char *line, size_t len, struct ticket *t, struct fault *f);
int share_parse(const char *line, size_t len, struct share *s, struct fault *f);
int receipt_parse(const char *line, size_t len, struct receipt *r, struct fault *f);

/* Each appends the line, without a newline (the header field of a share is not used). 0, or -1: no
 * memory. */
int ticket_format(const struct ticket *t, struct buf *out);
int share_format(const struct share *s, struct buf *out);
int receipt_format(const struct receipt *r, struct buf *out);

#endif
