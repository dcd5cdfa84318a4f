/*
 * The members of a mesh: a file of lines
 *
 *     HOST:PORT KEY [NAME [later]]
 *
 * or peer records (peers(5)); empty lines and lines that begin with # are ignored. NAME stands
 * for the member in messages and in the log, and must be the same everywhere; without one, it is
 * the first 16 digits of the key. `later`: the member is not there at the beginning, and joins by
 * `member add NAME`.
 */
#ifndef MESH_MEMBERS_H
#define MESH_MEMBERS_H

#include "consensus/node_names.h"
#include "peers/address.h"
#include "record/field.h"

#define MESH_MEMBERS_MAX 1000
#define MESH_NOBODY SIZE_MAX

struct mesh_member {
    struct address address;
    uint8_t key[ID_LEN];
    char name[NODE_NAME_MAX + 1];
    bool later;
};

/* All zero is an empty list that owns nothing. */
struct mesh_members {
    struct mesh_member *list;
    size_t count, cap;
    size_t self; /* our place, set by the caller */
};

/* Reads the file and adds members with new keys to the list, whose places stay as they are. 0; or
 * -1 and a rule that names the line, or trouble. */
int mesh_members_read(struct mesh_members *m, const char *path, struct fault *f);

/* The place of the member with this key, or this name; MESH_NOBODY: there is none. */
size_t mesh_members_by_key(const struct mesh_members *m, const uint8_t key[ID_LEN]);
size_t mesh_members_by_name(const struct mesh_members *m, struct field name);

void mesh_members_free(struct mesh_members *m);

#endif
