/*
 * A process of process(7) as a child: events go into its stdin, outputs come from its stdout. It is
 * given one batch at a time; events that come meanwhile make up the next one.
 */
#ifndef MESH_CHILD_H
#define MESH_CHILD_H

#include "net/loop.h"
#include "process/text.h"

struct mesh_child;

struct mesh_child_owner {
    /* An output other than `deadline` and `done`. 0, or -1 and *f, which ends the child. */
    int (*output)(void *self, const struct process_item *item, struct fault *f);
    /* It has ended, or broken a rule: why. */
    void (*ended)(void *self, const struct fault *why);
    void *self;
};

/* Runs argv[0], found in PATH as by a shell. argv and *owner stay the caller's. NULL and trouble.
 */
struct mesh_child *mesh_child_new(struct loop *loop, char **argv,
                                  const struct mesh_child_owner *owner, struct fault *f);

/* Adds an event to its next batch: an item, or the text of whole items. 0, or -1: no memory. */
int mesh_child_add(struct mesh_child *c, const struct process_item *item);
int mesh_child_add_text(struct mesh_child *c, const char *text, size_t n);

/* Bytes of events that it has not read yet. */
size_t mesh_child_backlog(const struct mesh_child *c);

/* Call after each loop_turn: gives it the next batch. 0, or -1 and trouble. */
int mesh_child_turn(struct mesh_child *c, struct fault *f);

/* Stops or resumes reading what it puts out. */
void mesh_child_pause(struct mesh_child *c, bool paused);

/* Closes its stdin, waits for its end, and frees. Its status as of waitpid(2). */
int mesh_child_free(struct mesh_child *c);

#endif
