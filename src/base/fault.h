/*
 * What went wrong, in words for people.
 *
 * The library neither prints nor exits: a function that can fail takes a struct fault, fills it and
 * returns -1. The kind distinguishes a broken rule (the answer is no: exit status 1) from trouble
 * (the question could not be asked: exit status 2).
 */
#ifndef BASE_FAULT_H
#define BASE_FAULT_H

#include <stdint.h>

enum fault_kind {
    FAULT_NONE,
    FAULT_RULE,    /* the data break a rule */
    FAULT_TROUBLE, /* the system failed: I/O, memory, a missing file */
};

/* What a broken rule means for the record. */
enum fault_answer {
    FAULT_REFUSED, /* the record is invalid */
    FAULT_LATER,   /* it cannot be taken now, and may be offered again */
    FAULT_KNOWN,   /* it was taken before */
    FAULT_UNPAID,  /* it cannot be paid from what its sender has now */
};

struct fault {
    enum fault_kind kind;
    enum fault_answer answer; /* of FAULT_RULE */
    uint64_t line;            /* the line at fault, from 1; 0 if none */
    char text[320];           /* one line, no newline, printable ASCII */
};

/* Each sets *f, formats its text (non-printable bytes become '?') and returns -1. */
int fault_rule(struct fault *f, const char *format, ...) __attribute__((format(printf, 2, 3)));
int fault_trouble(struct fault *f, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Changes the answer of *f, a rule, from FAULT_REFUSED to another. -1. */
int fault_answers(struct fault *f, enum fault_answer answer);

/* As fault_trouble, followed by ": " and the message for errno. */
int fault_errno(struct fault *f, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* As fault_trouble: "out of memory". */
int fault_memory(struct fault *f);

#endif
