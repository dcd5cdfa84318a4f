/*
 * The text of process(7): what a carrier tells a process, and what the process answers.
 *
 * An item is a line of words and, if the last word is a COUNT, so many lines that follow it. Both
 * directions share one table of items, so that a carrier's writer and a process's reader (and the
 * other way round) cannot disagree.
 */
#ifndef PROCESS_TEXT_H
#define PROCESS_TEXT_H

#include "base/buf.h"
#include "base/fault.h"
#include "record/field.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROCESS_LINE_MAX 65535                    /* bytes of an item's first line */
#define PROCESS_BODY_MAX (64 << 20)               /* bytes of the lines that follow it, */
#define PROCESS_STATE_MAX (1U << 30)              /* ... of a restart, a snapshot, or a restore */
#define PROCESS_NEVER INT64_MAX                   /* the number of a deadline that is `never` */
#define PROCESS_TIME_MAX ((INT64_C(1) << 62) - 1) /* of an event: engines add to it */
#define PROCESS_LATER UINT64_MAX                  /* the number of an answer that is `later` */

enum process_kind {
    /* events, to the process */
    PROCESS_INIT,     /* init NAME SEED PEER...    name, number, words */
    PROCESS_TIME,     /* time MS                   number */
    PROCESS_RESTART,  /* restart COUNT             body */
    PROCESS_MESSAGE,  /* message FROM COUNT        name, body */
    PROCESS_PROPOSE,  /* propose ID COUNT          name and serial, body */
    PROCESS_READ,     /* read SERIAL               serial */
    PROCESS_TIMER,    /* timer */
    PROCESS_SAVED,    /* saved N                   number */
    PROCESS_SNAPSHOT, /* snapshot INDEX COUNT      number, body */
    PROCESS_COMMAND,  /* command WORD...           words */
    PROCESS_STEP,     /* step */
    /* outputs, from the process */
    PROCESS_SEND,     /* send TO COUNT             name (`*`: all others), body */
    PROCESS_SAVE,     /* save N COUNT              number, body */
    PROCESS_FORGET,   /* forget */
    PROCESS_COMMIT,   /* commit INDEX ID COUNT     number, name and serial, body */
    PROCESS_RESTORE,  /* restore INDEX COUNT       number, body */
    PROCESS_ANSWER,   /* answer SERIAL INDEX|later serial, number */
    PROCESS_EVENT,    /* event WORD...             words */
    PROCESS_DEADLINE, /* deadline MS|never         number */
    PROCESS_DONE,     /* done */
};

struct process_item {
    enum process_kind kind;
    uint64_t number, serial;
    struct field name;  /* a name's form has been checked */
    struct field words; /* printable, separated by single spaces */
    struct field body;  /* whole lines */
};

/* Which items a reader takes. */
enum process_side {
    PROCESS_EVENTS,  /* those that a carrier writes: the reader is the process */
    PROCESS_OUTPUTS, /* those that a process writes: the reader is the carrier */
};

/* The word with which items of a kind begin. */
const char *process_word(enum process_kind kind);

/* Appends the item, whose body is whole lines; COUNT is counted. 0, or -1: no memory. */
int process_put(struct buf *out, const struct process_item *item);

/* Reads items out of bytes that arrive in pieces. All zero but for the side, at first. */
struct process_reader {
    enum process_side side;
    struct buf in;
    size_t at;      /* of the first byte that no item has taken */
    size_t scanned; /* bytes after `at` that have been looked at */
    size_t body;    /* bytes after `at` where the body begins; 0: its first line is not here yet */
    uint64_t line;  /* lines that items have taken */
    uint64_t lines; /* of the body that are missing, */
    uint64_t count; /* ... of so many */
    bool moved;     /* since head, whose fields point into the bytes, was read */
    struct process_item head;
};

/* Space for n bytes to read into; process_reader_add then says how many came. NULL: no memory.
 * Items taken before are no longer valid. */
char *process_reader_space(struct process_reader *r, size_t n);
void process_reader_add(struct process_reader *r, size_t n);

/* The next item: 1 and *item, which points into the reader until process_reader_space; 0: more
 * bytes are needed; -1 and a rule, with the number of the line. */
int process_reader_next(struct process_reader *r, struct process_item *item, struct fault *f);

/* At the end of the input: 0, or -1 and a rule if it ended inside of an item. */
int process_reader_end(const struct process_reader *r, struct fault *f);

void process_reader_free(struct process_reader *r);

#endif
