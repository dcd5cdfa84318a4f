/* A member's counter of proposals, which survives restarts: no number is used twice. The file is
 * `serial N`, where N is the first number that is not reserved. */
#ifndef MESH_SERIALS_H
#define MESH_SERIALS_H

#include "base/fault.h"

#include <stdint.h>

struct mesh_serials {
    const char *path;
    uint64_t next, reserved; /* numbers from next to reserved - 1 may be given */
};

/* Reads the file at path, which stays the caller's. Without one, numbers begin at the clock's, so
 * that those given before a file was lost are not given again. 0; or -1 and a rule, or trouble. */
int mesh_serials_open(struct mesh_serials *s, const char *path, struct fault *f);

/* The next number, reserved on disk. 0, or -1 and trouble. */
int mesh_serials_take(struct mesh_serials *s, uint64_t *serial, struct fault *f);

/* Gives back what was reserved and not taken. 0, or -1 and trouble. */
int mesh_serials_close(struct mesh_serials *s, struct fault *f);

#endif
