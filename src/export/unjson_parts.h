/* Shared by the files that read records from JSON. */
#ifndef EXPORT_UNJSON_PARTS_H
#define EXPORT_UNJSON_PARTS_H

#include "export/form.h"
#include "export/members.h"

struct reading {
    struct members members;
    struct fault *f;
};

/* The member with this name, which must be of the right kind: 1, 0 if there is none, or -1 and a
 * fault. */
int unjson_use(struct reading *r, const char *name, enum form_kind kind, struct field *x);

/* Appends the field of a member to the line, after a space. 0, also if an optional one is missing,
 * or -1 and a fault. */
int unjson_member(struct reading *r, const struct form_field *field, struct buf *out);

/* Appends all fields of a transaction. 0, or -1 and a fault. */
int unjson_tx(struct reading *r, struct buf *out);

#endif
