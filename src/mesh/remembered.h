/* A file that tells up to which index commits have been printed: one line, `index NUMBER'. */
#ifndef MESH_REMEMBERED_H
#define MESH_REMEMBERED_H

#include "base/fault.h"

#include <stdint.h>

struct mesh_remembered {
    const char *path; /* the caller's */
    int fd;           /* -1: it is not open, and nothing is remembered */
    uint64_t index;
};

/* A mesh_remembered that is not open. */
#define MESH_REMEMBERED(at) ((struct mesh_remembered){.path = (at), .fd = -1})

/* Opens the file, which is created if it is missing, and reads its index: 0 if it is empty. 0, or
 * -1 and trouble, which names the path. */
int mesh_remembered_open(struct mesh_remembered *m, struct fault *f);

/* Writes an index that is greater than the one before, if the file is open. 0, or -1 as above. */
int mesh_remembered_put(struct mesh_remembered *m, uint64_t index, struct fault *f);

void mesh_remembered_close(struct mesh_remembered *m);

#endif
