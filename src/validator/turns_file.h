/*
 * Where the rotation of the members was at a block, in a file beside the history, so that a start
 * reads the headers since then and not all:
 *
 *     turns CHAIN BLOCK HEIGHT PLACE      PLACE: of the member who had the last turn, from 0
 *     member KEY WEIGHT PRIORITY          each of the set, in its order
 *     sum HASH                            SHA-256 of the lines before
 *
 * It can be deleted at any time. A damaged one counts as none.
 */
#ifndef VALIDATOR_TURNS_FILE_H
#define VALIDATOR_TURNS_FILE_H

#include "validator/voters.h"

/* Sets *r from the file, if the tree has its block; all zero: there is none of this chain. 0, or -1
 * and trouble. */
int turns_file_read(const char *path, struct tree *t, struct node_names *names,
                    struct voters_turns *r, struct fault *f);

/* Replaces it, for the block where *r is. 0, or -1 and trouble. */
int turns_file_write(const char *path, struct tree *t, const struct node_names *names,
                     const struct voters_turns *r, struct fault *f);

#endif
