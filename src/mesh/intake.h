/* Records as they arrive on a descriptor: of the ledger's formats, or plain lines. */
#ifndef MESH_INTAKE_H
#define MESH_INTAKE_H

#include "record/field.h"

struct mesh_intake;

struct mesh_intake_owner {
    /* A record: its lines. 0, or -1 and *f. */
    int (*record)(void *self, struct field lines, struct fault *f);
    /* A record that breaks a rule, which is left out. */
    void (*refused)(void *self, const struct fault *why);
    void *self;
};

/* Reads fd, which stays the caller's, as does *owner. plain: a record is any line. NULL: no memory.
 */
struct mesh_intake *mesh_intake_new(int fd, bool plain, const struct mesh_intake_owner *owner);
void mesh_intake_free(struct mesh_intake *in);

/* Reads once, when the descriptor can be read: 1, 0 at its end, -1 and *f. */
int mesh_intake_read(struct mesh_intake *in, struct fault *f);

#endif
