/*
 * Reads a peers file (peers(5)): the addresses of peers. A line is a peer record, or HOST:PORT, or
 * HOST:PORT KEY; empty lines and lines that begin with # are ignored.
 */
#ifndef PEERS_PEERS_H
#define PEERS_PEERS_H

#include "peers/address.h"
#include "record/field.h"

#define PEERS_MAX 16384 /* targets; if a file has more, a random selection of this size is used */

/* An address to dial, and the key expected there. */
struct target {
    struct address address;
    bool has_key;   /* only this key may answer */
    bool announced; /* it is from a peer record, which says that the key is there */
    bool operand;   /* it was named on the command line */
    uint8_t key[ID_LEN];
    int64_t time; /* the record's */
    /* What PEERS.tried says of an announced target (peers/tried.h). */
    bool tried;    /* it has answered */
    bool anchor;   /* it was among the longest connections */
    bool test;     /* it is to be dialed to see whether it still answers */
    int64_t hold;  /* ms for which it is not dialed, since it failed lately */
    size_t source; /* the index of the program's operand that has it */
};

struct peers {
    struct target *list;
    size_t count, cap;
    uint64_t broken_lines; /* how many lines have none of these forms, and were skipped */
    uint64_t broken_line;  /* the number of the first of them; 0: none */
    struct fault broken;   /* what is wrong with it */
};

/* Reads the file at path; a missing file is an empty one. Records of another chain (chain not NULL)
 * are skipped; of several records with one key, the newest counts; if there are more than PEERS_MAX
 * targets, so many are chosen at random, by *chance (base/chance.h). A last line without its
 * newline counts, unless it is a record. Signatures are not checked: the program that wrote the
 * file has checked them. *p is all zero at first; later, the result of the last call is replaced.
 * 0, or -1 and trouble, with *p unchanged. */
int peers_read(struct peers *p, const char *path, const uint8_t chain[ID_LEN], uint64_t *chance,
               struct fault *f);

/* Parses one line of the file, without its newline: 1 and *t, and *chain if it is a record
 * (t->announced); 0 for an empty line or a comment; -1 and a rule. */
int peers_line(const char *line, size_t len, struct target *t, uint8_t chain[ID_LEN],
               struct fault *f);

/* Parses a target given as an operand: HOST:PORT, or KEY@HOST:PORT. 0, or -1 and a rule. */
int target_parse(const char *text, struct target *t, struct fault *f);

void peers_free(struct peers *p);

#endif
