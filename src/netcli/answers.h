/* Tells peers, and the log, what a node's own programs did with the records that they delivered
 * (gossip(7), "The pipeline"). Only programs use this: it exits. */
#ifndef NETCLI_ANSWERS_H
#define NETCLI_ANSWERS_H

#include "netcli/receiver.h"
#include "record/mark.h"

/* A mark has come out of the pipeline: the peer that delivered the record first is told. */
void answers_mark(struct receiver *r, const struct mark *mark);

/* A record has come out of the pipeline: it was accepted. */
void answers_accepted(struct receiver *r, const uint8_t id[ID_LEN]);

/* A peer (struct duplex_peer) offers again what was accepted before. For a listener's config. */
void answers_kept(void *connection, const struct wire_ref *record);

#endif
