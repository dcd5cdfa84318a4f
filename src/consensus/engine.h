/*
 * Consensus engines: step functions behind one interface, struct engine_type.
 *
 * One event in, a list of outputs out. An engine opens nothing, reads no clock, takes its random
 * numbers only from the seed it was given, and never blocks. So the same code runs in netsim(1),
 * where messages stay structs, and as a filter that reads and writes the lines of process(7), which
 * mesh(1) connects. Whatever feeds an engine is its carrier.
 *
 * Times are in milliseconds, on a clock that starts anywhere and never goes back.
 */
#ifndef CONSENSUS_ENGINE_H
#define CONSENSUS_ENGINE_H

#include "base/buf.h"
#include "base/fault.h"
#include "consensus/node_names.h"
#include "consensus/payload.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What an engine sends to others, or saves: a message or a record of its log. The engine's own
 * struct begins with this one; carriers only pass it on, count references to it, and have it
 * formatted by the engine's type. It is never changed once it has been put out.
 */
struct engine_item {
    uint32_t references;
    uint32_t kind; /* the engine's own number for what follows */
    const struct engine_type *type;
};

struct engine_item *engine_item_ref(struct engine_item *item);
void engine_item_unref(struct engine_item *item); /* the last one calls type->item_free */

/* Which proposal: the node to which it was made and that node's counter, from 1. In text,
 * NAME:SERIAL. A proposal is committed at most once, however often it is made. */
struct proposal_id {
    uint32_t client;
    uint64_t serial;
};

enum engine_event_kind {
    ENGINE_RESTART,  /* the first event: what the disk kept, in items[count]; none at first */
    ENGINE_MESSAGE,  /* items[count] from `from` have arrived */
    ENGINE_PROPOSE,  /* payload is to be committed as id */
    ENGINE_READ,     /* a read, named by `serial`, wants to know when it may be answered */
    ENGINE_TIMER,    /* the deadline has passed */
    ENGINE_SAVED,    /* the items of ENGINE_SAVE up to the serial-th are on disk; they are counted
                        from 1 after each start */
    ENGINE_SNAPSHOT, /* payload is the state that all commits up to `index` made: the engine may
                        forget those commits */
    ENGINE_COMMAND,  /* an operator's words: `text` of n bytes without a newline, such as
                        `member add n4` */
};

/* All that is pointed to stays the caller's; an engine takes references to what it keeps. */
struct engine_event {
    enum engine_event_kind kind;
    int64_t now;
    uint32_t from;
    struct proposal_id id;
    uint64_t serial, index;
    struct payload *payload;
    struct engine_item *const *items;
    size_t count;
    const char *text;
    size_t n;
};

enum engine_output_kind {
    ENGINE_SEND, /* item to the node `to`; NODE_NONE: to all others that were named to the engine */
    ENGINE_SAVE, /* item is to be put on disk, which ENGINE_SAVED confirms; only then may the engine
                    put out what depends on it */
    ENGINE_FORGET,  /* the saves that follow in this step replace all earlier ones on disk, all
                       together or not at all */
    ENGINE_COMMIT,  /* payload is the index-th in the order, and was proposed as id; indexes only
                       rise, and an index that is skipped held no record */
    ENGINE_RESTORE, /* payload is the state after `index` commits, in place of all before */
    ENGINE_ANSWER,  /* the read `serial` may be answered: all commits up to `index` have been put
                       out; index UINT64_MAX: it has to be made again later */
    ENGINE_NOTE,    /* for watchers: text of n bytes in outputs->text, at `at`: words such as
                       `leader 3 n2`, `reject 17 stale` */
};

/* item and payload: a reference that belongs to the list. */
struct engine_output {
    enum engine_output_kind kind;
    uint32_t to;
    struct engine_item *item;
    struct payload *payload;
    struct proposal_id id;
    uint64_t serial, index;
    size_t at, n;
};

/* What steps have put out, in order. All zero is an empty list that owns nothing. */
struct engine_outputs {
    struct engine_output *list;
    size_t count, cap;
    struct buf text;
    /* When ENGINE_TIMER is due, set by each step; INT64_MAX: never. One that is not later than the
     * event's time: the engine gathers work for a batch, and puts it out at the timer, which is due
     * as soon as all other events of this instant have been handled. */
    int64_t deadline;
};

/* Appends a copy of *x, and takes over its references even if that fails; engine_send and
 * engine_save take over the item. engine_note formats words. 0, or -1 and *f: no memory. */
int engine_put(struct engine_outputs *out, const struct engine_output *x, struct fault *f);
int engine_send(struct engine_outputs *out, uint32_t to, struct engine_item *item, struct fault *f);
int engine_save(struct engine_outputs *out, struct engine_item *item, struct fault *f);
int engine_note(struct engine_outputs *out, struct fault *f, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Empties the list and keeps its memory; or frees it. */
void engine_outputs_clear(struct engine_outputs *out);
void engine_outputs_free(struct engine_outputs *out);

/* What an engine is made from. All stays the caller's; names outlives the engine. */
struct engine_setup {
    struct node_names *names;
    uint32_t self;
    /* The members at the beginning, self among them unless it joins later. */
    const uint32_t *members;
    size_t member_count;
    uint64_t seed;
    const char *const *settings; /* words NAME=VALUE, as the engine's page has them */
    size_t setting_count;
};

struct engine;

struct engine_type {
    const char *name;
    /* Some members may lie: it needs more than two thirds of them, not only more than half. */
    bool needs_two_thirds;
    /* NULL and *f: FAULT_RULE names a setting that is wrong, else trouble. */
    struct engine *(*make)(const struct engine_setup *setup, struct fault *f);
    void (*free)(struct engine *e);
    /* Handles one event and appends to *out. 0; or -1 and *f: trouble, or FAULT_RULE if what the
     * disk kept breaks a rule. The engine can then only be freed. A message that breaks a rule is
     * not -1 but a note. */
    int (*step)(struct engine *e, const struct engine_event *event, struct engine_outputs *out,
                struct fault *f);
    void (*item_free)(struct engine_item *item);
    /* Appends the item's line or lines, each with its newline. 0, or -1: no memory. */
    int (*item_format)(const struct engine_item *item, const struct node_names *names,
                       struct buf *out);
    /* Reads the first item of a text of n bytes, whole lines. Its first line says how many follow,
     * so a message or a log is read item by item. *used: its bytes. New names are added. NULL and
     * *f: FAULT_RULE if it is no item or is cut short, else trouble. The text is hostile:
     * everything is bounded before it is allocated. */
    struct engine_item *(*item_parse)(const char *text, size_t n, size_t *used,
                                      struct node_names *names, struct fault *f);
};

#endif
