/*
 * Marks: lines in the pipeline of a node that say something of a record by its id. They are no
 * records, have no id of their own, and are never sent to a peer (gossip(7), "The pipeline").
 */
#ifndef RECORD_MARK_H
#define RECORD_MARK_H

#include "base/buf.h"
#include "record/field.h"

enum mark_kind {
    MARK_FLUFF,    /* that transaction is past its stem phase */
    MARK_ACCEPTED, /* a filter had the record already, and did not pass it on again */
    MARK_REFUSED,  /* it breaks a rule */
    MARK_LATER,    /* it was not taken for now, and may be offered again */
};

struct mark {
    enum mark_kind kind;
    uint8_t id[ID_LEN];
    struct field reason; /* of MARK_REFUSED, a text; else empty */
};

/* Whether the line's first word is that of a mark. */
bool mark_is(const char *line, size_t len);

/* Parses a line; *m points into it. 0, or -1 and a rule that begins with the mark's word. */
int mark_parse(const char *line, size_t len, struct mark *m, struct fault *f);

/* Appends a mark's line with its newline. Of the reason, plain words, at most TEXT_MAX bytes are
 * kept; it is not used for other kinds than MARK_REFUSED. 0, or -1: no memory. */
int mark_format(enum mark_kind kind, const uint8_t id[ID_LEN], const char *reason, struct buf *out);

/* The mark that a filter gives to a record which it drops for this fault. */
enum mark_kind mark_of(const struct fault *f);

#endif
