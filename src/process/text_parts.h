/* What reading and writing of process(7)'s items share: the one table of them. */
#ifndef PROCESS_TEXT_PARTS_H
#define PROCESS_TEXT_PARTS_H

#include "process/text.h"

struct process_form {
    const char *word;
    /* What follows the word, one letter each:
     *   n  a name                        to item.name
     *   t  a name, or * for all others   to item.name
     *   i  NAME:SERIAL                   to item.name and item.serial
     *   u  a number                      to item.number
     *   s  a number                      to item.serial
     *   d  milliseconds                  to item.number
     *   D  milliseconds, or `never`      to item.number
     *   x  a number, or `later`          to item.number
     *   w  one or more words             to item.words
     *   p  one or more names             to item.words
     *   c  how many lines follow         to item.body */
    const char *words;
    enum process_side side;
    size_t body_max;
};

/* By kind. */
extern const struct process_form process_forms[];

/* The item of this side whose first line this is (no newline): 0 and its kind, names, numbers and
 * words, and how many lines follow; or -1 and a rule. */
int process_head(const char *line, size_t n, enum process_side side, struct process_item *item,
                 uint64_t *lines, struct fault *f);

#endif
