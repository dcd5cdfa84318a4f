/*
 * One process of process(7) on a real network: what it sends goes to the other members, what is
 * proposed here goes to it, and what it commits comes out, in the one order.
 */
#ifndef MESH_MESH_H
#define MESH_MESH_H

#include "mesh/members.h"
#include "mesh/network.h"
#include "net/loop.h"

struct mesh_config {
    struct loop *loop;
    const struct secret_key *key; /* needed by mesh_new only */
    struct mesh_members *members;
    const char *path;           /* of the members file */
    const struct address *bind; /* NULL: at our address in the members file */
    char **argv;                /* the process */
    uint64_t seed;
    const char *serials; /* path of the counter of proposals */
    uint64_t after;      /* commits up to this index are not printed */
    bool heads;          /* a line INDEX ID COUNT stands before each record */
    struct buf *out;     /* what is to be printed is appended here */
    /* News for watchers: who is a member's name, or NULL. */
    void (*log)(void *self, const char *who, const char *words);
    /* The answer to a read: all up to this index has been printed; UINT64_MAX: ask again later. */
    void (*answer)(void *self, uint64_t read, uint64_t index);
    void *self;
};

struct mesh;

/* The config and all that it points to stay the caller's. NULL and a rule, or trouble. */
struct mesh *mesh_new(const struct mesh_config *config, struct fault *f);

/* Gives back the serials that were reserved and not used, ends the process, and frees. 0, or -1 and
 * trouble. NULL is let pass. */
int mesh_free(struct mesh *m, struct fault *f);

/* HOST:PORT where it listens. */
const char *mesh_address(const struct mesh *m);

/* Proposes a record: whole lines, at most PAYLOAD_MAX bytes. 0, or -1 and trouble. */
int mesh_propose(struct mesh *m, struct field lines, struct fault *f);

/* An operator's line, without its newline: `read`, or words for the process. 0; or -1 and a rule,
 * or trouble. */
int mesh_command(struct mesh *m, struct field words, struct fault *f);

/* Whether so much waits that nothing more should be proposed now. */
bool mesh_is_full(const struct mesh *m);

/* How many of the records that were proposed here are not committed yet. */
uint64_t mesh_waiting(const struct mesh *m);

/* The index of the last commit that is in *out. */
uint64_t mesh_index(const struct mesh *m);

/* Call after each loop_turn. printing: bytes of *out that are not written yet. 0; or -1 and *f: the
 * process has ended, or trouble. */
int mesh_turn(struct mesh *m, int64_t now, size_t printing, struct fault *f);

/* How long the next loop_turn may wait, in ms; -1: for ever. */
int mesh_wait(const struct mesh *m, int64_t now);

#endif
