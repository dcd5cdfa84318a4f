/* Names of nodes, and the numbers that stand for them inside a process.
 *
 * The carrier and the engines of one process share a table, so the sender and the addressee of a
 * message are numbers; names are for text (process(7)). */
#ifndef CONSENSUS_NODE_NAMES_H
#define CONSENSUS_NODE_NAMES_H

#include "base/fault.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NODE_NAME_MAX 64         /* bytes of a name */
#define NODE_NAMES_MAX 16777216  /* names in a table */
#define NODE_NAMES_TAUGHT 524288 /* ... that one node may teach it */
#define NODE_NONE UINT32_MAX     /* the number of no node; as an addressee: all others */

struct node_names;

/* An empty table. NULL: no memory. */
struct node_names *node_names_new(void);
void node_names_free(struct node_names *names);

/* Whether these n bytes are a name: 1 to NODE_NAME_MAX of A-Z a-z 0-9 _ . - and no - or . at its
 * beginning. */
bool node_name_is_valid(const char *name, size_t n);

/* From now on, names that are added come out of a message of this node, which may teach the table
 * NODE_NAMES_TAUGHT, so that no node fills it; NODE_NONE, as at first: of no other. */
void node_names_learn(struct node_names *names, uint32_t teacher);

/* The number of a name of n bytes, which is added if it is new: from 0, in the order in which they
 * were added. NODE_NONE and *f: FAULT_RULE if it is no name, the table is full, or the teacher has
 * taught too many; else trouble. */
uint32_t node_names_add(struct node_names *names, const char *name, size_t n, struct fault *f);

/* The number of a name, or NODE_NONE if it is not in the table. */
uint32_t node_names_find(const struct node_names *names, const char *name, size_t n);

/* A number's name, which ends with a NUL and lives as long as the table. */
const char *node_names_text(const struct node_names *names, uint32_t node);

/* How many names there are. */
uint32_t node_names_count(const struct node_names *names);

#endif
