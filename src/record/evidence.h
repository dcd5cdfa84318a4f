/*
 * Evidence: two lines signed by one key that no honest member signs (block(5), "Members": accuse).
 * Each line is judged by its form and its signature alone, not by whether a chain could hold it.
 * Signatures are not checked here.
 */
#ifndef RECORD_EVIDENCE_H
#define RECORD_EVIDENCE_H

#include "record/attest.h"
#include "record/block.h"
#include "record/proposal.h"
#include "record/vote.h"

struct evidence_kind;

/* One of the lines; it points into the text. */
struct evidence {
    const struct evidence_kind *kind;
    struct field text;
    bool has_chain; /* it names its chain; a header does not */
    uint8_t chain[ID_LEN];
    uint8_t key[ID_LEN]; /* who signed it */
    struct field signature;
    union {
        struct vote vote;
        struct proposal_line proposal;
        struct attest attest;
        struct block block;
    } as;
};

struct evidence_kind {
    const char *word; /* the first field of its lines; NULL ends the table */
    const char *seal; /* of the chains that have them; NULL: of those with finality */
    unsigned fields;
    int (*parse)(struct evidence *e, struct fault *f);
    bool (*conflict)(const struct evidence *a, const struct evidence *b);
};
extern const struct evidence_kind evidence_kinds[];

/* The kind of lines that begin with this word, or NULL. */
const struct evidence_kind *evidence_kind_of(struct field word);

/* Parses a line of this kind that line_check let through, or such a part of one. 0, or -1 and a
 * rule. */
int evidence_parse(const struct evidence_kind *kind, struct field line, struct evidence *e,
                   struct fault *f);

/* Whether the two, in this order, are evidence against their signer. 0, or -1 and a rule. */
int evidence_check(const struct evidence *a, const struct evidence *b, struct fault *f);

/* The part of the line that the signature signs. */
static inline struct field evidence_message(const struct evidence *e)
{
    return (struct field){e->text.text, signed_length(e->text.text, e->signature)};
}

#endif
