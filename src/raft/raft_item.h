/*
 * What Raft nodes send to each other and save: messages and records of the log on disk.
 *
 * One struct for all of them, whose fields mean what the kind says; the words are those of raft(1).
 * Entries stand at its end, so a message of any length is one allocation, and their payloads are
 * references.
 */
#ifndef RAFT_RAFT_ITEM_H
#define RAFT_RAFT_ITEM_H

#include "consensus/engine.h"

#define RAFT_NUMBER_MAX ((uint64_t)1 << 62) /* terms, indexes and the like are below it */

enum raft_kind {
    /* Messages with a term. */
    RAFT_PREVOTE,   /* term that the candidate would have, index and log_term of its last entry */
    RAFT_VOTE,      /* the same with its term; flag: its leader has told it to (transfer) */
    RAFT_PREVOTED,  /* flag: yes; then term is the one that was asked for, else the voter's own */
    RAFT_VOTED,     /* flag: yes */
    RAFT_APPEND,    /* entries after the one at index, whose term is log_term; commit, round */
    RAFT_MATCHED,   /* index: the log is the leader's up to there, on disk; round */
    RAFT_UNMATCHED, /* no entry at index with that term. hint: where to try next; log_term: the term
                       there; round */
    RAFT_SNAPSHOT,  /* a piece of the image at index, whose entry has log_term: payload, `offset`
                       bytes from the image's beginning, which has `total` bytes; round */
    RAFT_RECEIVED,  /* the first `offset` bytes of the image at index are here; round */
    RAFT_CAMPAIGN,  /* the receiver is to stand for election at once */
    /* Messages without one. */
    RAFT_FORWARD,  /* entries: proposals for the leader */
    RAFT_READ,     /* serial: a read that the sender's clients wait for */
    RAFT_READABLE, /* serial: that read, index: what must be applied first; UINT64_MAX: ask again */
    RAFT_ORDER,    /* payload: a line that an operator wrote */
    /* Records of the log. */
    RAFT_STATE,   /* term, node: the vote in it (NODE_NONE: none), commit */
    RAFT_ENTRIES, /* entries after index, in place of all that stood after it; commit */
    RAFT_IMAGE,   /* payload: a snapshot (raft/raft_image.h) at index, whose entry has log_term
                   */
    RAFT_KINDS
};

enum raft_entry_kind {
    RAFT_NOTHING, /* a new leader's first */
    RAFT_RECORD,  /* a proposal */
    RAFT_MEMBERS, /* a configuration, as one line (raft/raft_config.h) */
};

struct raft_entry {
    uint64_t term;
    uint64_t total; /* bytes of this entry and of all before it, in a log; 0 elsewhere */
    uint64_t serial;
    uint32_t client; /* with serial: the proposal_id; NODE_NONE if it was not proposed */
    uint32_t kind;
    struct payload *payload; /* NULL: RAFT_NOTHING */
};

struct raft_item {
    struct engine_item head; /* kind: enum raft_kind */
    uint64_t term, index, log_term, commit, round, hint, offset, total, serial;
    uint32_t node;
    bool flag;
    struct payload *payload; /* a reference, or NULL */
    uint32_t count;
    struct raft_entry entries[]; /* each with a reference to its payload */
};

/* A zero item with space for n entries, of which it counts none yet. NULL: no memory. */
struct raft_item *raft_item_new(enum raft_kind kind, size_t n);
void raft_item_free(struct engine_item *item);

/* Appends copies of n entries to an item that has the space, with references of its own. */
void raft_item_add(struct raft_item *x, const struct raft_entry *list, size_t n);

/* The text of items: see struct engine_type, and raft(1) for the words. */
int raft_item_format(const struct engine_item *item, const struct node_names *names,
                     struct buf *out);
struct engine_item *raft_item_parse(const char *text, size_t n, size_t *used,
                                    struct node_names *names, struct fault *f);

/* The text of one kind of item. */
struct raft_form {
    const char *word;
    /* What follows the word, one letter each: t term, i index, l log_term, c commit, r round, h
     * hint, o offset, a total, s serial; x index, or `later` for UINT64_MAX; n node, or `-`; f the
     * flag, yes or no; and, at the end, how many lines follow: E entries, P the payload. */
    const char *fields;
};

extern const struct raft_form raft_forms[RAFT_KINDS];

/* The number that a letter stands for, if it stands for one. */
uint64_t *raft_item_number(struct raft_item *x, char letter);

#endif
