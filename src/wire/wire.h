/* The lines of the protocol that are not records (gossip(7)). */
#ifndef WIRE_WIRE_H
#define WIRE_WIRE_H

#include "base/buf.h"
#include "record/field.h"

#include <stdbool.h>

#define WIRE_VERSION 4        /* the newest */
#define WIRE_VERSION_PLAIN 2  /* in plain mode, of a side that dials: people read along there */
#define WIRE_VERSION_FIRST 1  /* the oldest that is still spoken */
#define WIRE_IDS_MAX 256      /* ids in one line */
#define WIRE_SHORT_LEN 8      /* bytes of an id in a `short` line */
#define WIRE_SHORTS_MAX 512   /* short ids in one line */
#define WIRE_LOCATOR_MAX 64   /* ids in a pull */
#define WIRE_PULL_MAX 500     /* blocks in one pull */
#define WIRE_HEADERS_MAX 2000 /* headers in one answer */
/* Bytes in one answer, after which no further header begins. */
#define WIRE_HEADERS_BYTES (4 << 20)
#define WIRE_WITH_HEADER_MAX 2000 /* lines that stand with one header */
#define WIRE_ATTESTS 4            /* the first version with `attests` */
#define WIRE_ATTESTS_MAX 1000     /* blocks whose attest lines are in one answer */

enum wire_word {
    WIRE_RECORD, /* none of the words below: a record */
    WIRE_HELLO,
    WIRE_HAVE,
    WIRE_STEM,
    WIRE_WANT,
    WIRE_BRIEF,
    WIRE_SHORT,
    WIRE_LINES,
    WIRE_PULL,
    WIRE_PULLED,
    WIRE_ASK_HEADERS,
    WIRE_ASK_PROOF,
    WIRE_ASK_JUMP,
    WIRE_ASK_BALANCE,
    WIRE_ASK_ATTESTS,
    WIRE_TAKEN,
    WIRE_EAGER,
    WIRE_LAZY,
    WIRE_PUSH,
    WIRE_ACCEPTED,
    WIRE_REFUSED,
    WIRE_LATER,
    WIRE_PING,
    WIRE_PONG,
    WIRE_BYE,
};

/* Classifies a line by its first field. */
enum wire_word wire_word(const char *line, size_t len);

/* What a side does (version 2); the letters of a hello are in this order. */
enum wire_role {
    WIRE_SENDS = 1,     /* s: sends records */
    WIRE_LISTENS = 2,   /* l: takes records */
    WIRE_BLOCKS = 4,    /* b: serves blocks */
    WIRE_HEADERS = 8,   /* h: serves headers and proofs */
    WIRE_VERDICTS = 16, /* v: says what became of the records that it took */
};

#define WIRE_ROLES_MAX 6 /* letters, with the final 0 */

/* The letters of a set of roles; `-`: none. */
void wire_roles(unsigned roles, char letters[WIRE_ROLES_MAX]);

/* A side's version and roles, the tip of its best chain, and the coding that it offers. */
struct hello {
    int version;
    unsigned roles; /* enum wire_role; 0 in version 1, which does not say */
    uint8_t chain[ID_LEN], tip[ID_LEN];
    int64_t height;
    bool deflate;
};

/* Parses a hello line. 0, or -1 and a rule; *unknown: it is of a version that is not spoken here.
 */
int hello_parse(const char *line, size_t len, struct hello *h, bool *unknown, struct fault *f);

/* Appends the line with its newline. 0, or -1: no memory. */
int hello_format(const struct hello *h, struct buf *out);

/* Reads the ids of a line `WORD ID...`: how many (1 to WIRE_IDS_MAX), or -1 and a rule. */
int wire_ids(const char *line, size_t len, uint8_t ids[][ID_LEN], struct fault *f);

/* Reads a line `pulled HEIGHT TIP`. 0, or -1 and a rule. */
int wire_pulled(const char *line, size_t len, int64_t *height, uint8_t tip[ID_LEN],
                struct fault *f);

/* Appends lines `WORD ID...` with n ids, as many lines as they need. 0, or -1: no memory. */
int wire_put_ids(const char *word, const uint8_t ids[][ID_LEN], size_t n, struct buf *out);

#endif
