/*
 * The rule and grant lines of a genesis block (block(5), "Genesis"): a chain's whole configuration.
 *
 * A line is a row of a table: those that any chain may have stand in rules.c, those of one seal
 * with that seal. Whoever adds a feature adds its rows.
 */
#ifndef RECORD_RULES_H
#define RECORD_RULES_H

#include "base/buf.h"
#include "record/account.h"

#define RULES_MAX 64     /* rows in all, */
#define RULES_MORE 16    /* of which so many are no fields below */
#define RULE_LINE_MAX 64 /* bytes of a line other than `name` */
#define RULES_TEXT_MAX (TEXT_FORM_MAX + RULES_MAX * RULE_LINE_MAX) /* of all lines together */

enum rule_kind {
    RULE_NUMBER, /* rule NAME NUMBER */
    RULE_ALLOW,  /* rule allow NAME */
    RULE_TEXT,   /* rule name TEXT */
    RULE_SEAL,   /* rule seal KIND */
};

/* A chain that may have the line must have it, unless it is optional. */
struct rule {
    const char *name;
    enum rule_kind kind;
    bool optional;       /* RULE_ALLOW always is */
    int64_t least, most; /* of a number; most 0: 2^63-1 */
    const char *seals;   /* who may have it: chains with one of these (with spaces between), */
    const char *allow;   /* and those that allow this; NULL: any */
    size_t at;           /* of the number in struct rules; 0: rules_number gives it */
};

/* A seal's name, and the lines that only its chains may have. */
struct rule_owner {
    const char *name;
    const struct rule *rules;
    size_t count;
    bool by_members; /* members seal its blocks */
};

/* The seals in the order of their table, from 0; NULL: there are no more. It stands in
 * seal/seals.c, since seals know more than the grammar does. */
const struct rule_owner *rules_seal(size_t row);

struct rules {
    char name[TEXT_FORM_MAX + 1]; /* in its text form, with a NUL */
    size_t seal;                  /* its row in the table of seals */
    int64_t spacing, halflife, reward, halving, maxblock, minfee;
    /* 0: no such rule. The last three stand on chains with `rule allow stake`, and only there. */
    int64_t bytefee, state, apart, finality, unbonding, slash, minstake;
    /* Only rules.c looks at these: */
    uint64_t seen; /* the rows given so far, a bit each */
    int64_t more[RULES_MORE];
};

/* Parses one rule line that line_check let through into *r (all zero before the first). 0, or -1
 * and a rule. */
int rules_read(struct rules *r, const char *line, size_t len, struct fault *f);

/* Whether every required rule was given, and no rule that another seal or feature owns. 0, or -1
 * and a fault that names one. */
int rules_complete(const struct rules *r, struct fault *f);

/* Whether the rule, or the allowance, with this name was given. The second form is for rules that
 * are numbers, and sets *number if it was. */
bool rules_has(const struct rules *r, const char *name);
bool rules_number(const struct rules *r, const char *name, int64_t *number);

/* Whether chains with these rules have members. */
bool rules_members(const struct rules *r);

/* The least fee of a transaction whose line has so many bytes, signatures included. 0, or -1: it is
 * over 2^63-1. */
int rules_fee(const struct rules *r, size_t len, int64_t *least);

/* Whether chains with these rules have accounts of this form. 0, or -1 and a rule that begins with
 * what. */
int rules_account(const struct rules *r, const struct account *a, const char *what,
                  struct fault *f);

/* Appends all rule lines, each with its newline, in the order of block(5). 0, or -1: no memory. */
int rules_format(const struct rules *r, struct buf *out);

/* Parses one grant line that line_check let through. 0, or -1 and a rule. */
int grant_parse(const char *line, size_t len, struct account *account, int64_t *amount,
                struct fault *f);

/* The reward at this height: reward >> (height / halving), 0 from 63 halvings on. */
int64_t rules_reward(const struct rules *r, int64_t height);

#endif
