/* Compares the nonces requested by tickets with those that receipts say were tried. */
#ifndef FARM_COVER_H
#define FARM_COVER_H

#include "record/ticket.h"

#define COVER_MAX (1 << 21) /* tickets and receipts in all */

struct cover;

/* NULL: no memory. */
struct cover *cover_new(void);
void cover_free(struct cover *c);

/* Each adds a record of the line with this number. 0, or -1 and trouble: no memory, or too many. */
int cover_ticket(struct cover *c, const struct ticket *t, uint64_t line, struct fault *f);
int cover_receipt(struct cover *c, const struct receipt *r, uint64_t line, struct fault *f);

/* Notes that this header was sealed, so its remaining nonces are not needed. */
int cover_block(struct cover *c, const struct block *b, struct fault *f);

/* Judges a line by itself if it is a ticket, receipt, share or block, and adds it; other records
 * are passed over. 0, or -1 and a fault. */
int cover_line(struct cover *c, const struct line *line, struct fault *f);

/* What cover_end calls for each of its findings. */
struct cover_calls {
    /* A ticket for nonces that no receipt covers: in the order in which the headers arrived, then
     * of the nonces. */
    void (*uncovered)(void *self, const struct ticket *t);
    /* Nonces that two receipts cover, with the lines of both. */
    void (*overlap)(void *self, uint64_t line, uint64_t first, uint64_t last, uint64_t before);
    void *self;
};

/* Reports everything; nothing may be added after that. */
void cover_end(struct cover *c, const struct cover_calls *calls);

#endif
