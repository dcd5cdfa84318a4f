/* The lines of a history (said.h). Each put appends one, or is -1: no memory. Each get says whether
 * these n fields are such a line. */
#ifndef VALIDATOR_SAID_LINE_H
#define VALIDATOR_SAID_LINE_H

#include "record/field.h"
#include "validator/said.h"

#define SAID_HEARD "heard " /* in front of another member's line */

extern const char *const said_steps[]; /* by enum said_step */

int said_put_first(struct buf *out, const struct said *s);
int said_put_vote(struct buf *out, const struct said_vote *v);
int said_put_attest(struct buf *out, const struct said_attest *a);
/* A line of n bytes, without its newline. */
int said_put_heard(struct buf *out, const char *line, size_t n);

bool said_get_vote(const struct field *x, size_t n, struct said_vote *v);
bool said_get_attest(const struct field *x, size_t n, struct said_attest *a);
bool said_is_heard(const struct field *x, size_t n);

/* 64 hexadecimal digits. */
bool said_get_bytes(struct field x, uint8_t out[32]);

#endif
