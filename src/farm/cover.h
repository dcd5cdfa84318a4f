/* Which nonces were asked for by tickets, and which of them were tried, as receipts say. */
#ifndef FARM_COVER_H
#define FARM_COVER_H

#include "record/ticket.h"

#define COVER_MAX (1 << 21) /* tickets and receipts in all */

struct cover;

/* NULL: no memory. */
struct cover *cover_new(void);
void cover_free(struct cover *c);

/* Adds what the line with this number says. 0, or -1 and trouble: no memory, or too many. */
int cover_ticket(struct cover *c, const struct ticket *t, uint64_t line, struct fault *f);
int cover_receipt(struct cover *c, const struct receipt *r, uint64_t line, struct fault *f);

/* Adds that this header was sealed: nobody need go on with it. */
int cover_block(struct cover *c, const struct block *b, struct fault *f);

/* What cover_end tells of. */
struct cover_calls {
    /* A ticket for what no receipt covers, in the order in which the headers came, and of nonces.
     */
    void (*rest)(void *self, const struct ticket *t);
    /* Nonces that two receipts cover: both their lines. */
    void (*twice)(void *self, uint64_t line, uint64_t first, uint64_t last, uint64_t before);
    void *self;
};

/* Tells of everything; nothing may be added after that. */
void cover_end(struct cover *c, const struct cover_calls *calls);

#endif
