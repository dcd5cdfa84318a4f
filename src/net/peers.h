/*
 * A peers file (peers(5)): where peers can be reached. A line is a peer record, or HOST:PORT, or
 * HOST:PORT KEY; empty lines and lines that begin with # are for people.
 */
#ifndef NET_PEERS_H
#define NET_PEERS_H

#include "net/address.h"
#include "record/field.h"

#define PEERS_MAX 16384 /* more than that a reader draws by lot */

/* Where to dial, and whom to expect there. */
struct target {
    struct address address;
    bool has_key;   /* this key must answer, another is refused */
    bool announced; /* it comes from a peer record, which says that the key is there */
    bool operand;   /* somebody named it on the command line */
    uint8_t key[ID_LEN];
    int64_t time; /* the record's */
};

struct peers {
    struct target *list;
    size_t count, cap;
    uint64_t broken_lines; /* so many lines are none of these, and were skipped */
    uint64_t broken_line;  /* the first of them; 0: none */
    struct fault broken;   /* what is wrong with it */
};

/* Reads the file at path; a file that is not there is an empty one. Records of another chain (chain
 * not NULL) are passed over; of several records with one key the newest counts; of more than
 * PEERS_MAX targets as many are drawn by lot. Signatures were checked by who wrote the file. 0, or
 * -1 and trouble. *p is all zero at first, or the last reading, which it replaces; where there is
 * trouble, it keeps that. A last line without its newline counts, unless it is a record. */
int peers_read(struct peers *p, const char *path, const uint8_t chain[ID_LEN], struct fault *f);

/* Parses one line of the file, without its newline: 1 and *t, and *chain where it is a record
 * (t->announced); 0 for a line that is for people; -1 and a rule. */
int peers_line(const char *line, size_t len, struct target *t, uint8_t chain[ID_LEN],
               struct fault *f);

/* Parses one target as an operand of a program has it: HOST:PORT, or KEY@HOST:PORT. 0, or -1 and a
 * rule. */
int target_parse(const char *text, struct target *t, struct fault *f);

void peers_free(struct peers *p);

#endif
