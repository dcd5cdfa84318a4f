/* What a snapshot holds besides its index and term: the members, which proposals were applied, and
 * the state; as one payload, whose lines are
 *
 *     voters: ...            the configuration (raft/raft_config.h)
 *     clients N              and N lines of consensus/applied.h
 *     STATE                  all other lines
 */
#ifndef RAFT_RAFT_IMAGE_H
#define RAFT_RAFT_IMAGE_H

#include "consensus/applied.h"
#include "raft/raft_config.h"

/* NULL and *f: no memory, or FAULT_RULE: more than PAYLOAD_MAX bytes. The caller's reference. */
struct payload *raft_image_make(const struct raft_config *c, const struct applied *a,
                                const struct payload *state, const struct node_names *names,
                                struct fault *f);

/* Reads an image. *applied is empty at first, and the caller's to free; *state is a reference of
 * the caller's. 0; or -1 and *f: FAULT_RULE, or no memory. */
int raft_image_read(const struct payload *image, struct node_names *names, struct raft_config *c,
                    struct applied *applied, struct payload **state, struct fault *f);

#endif
