/* Shared by duplex*.c only. */
#ifndef GOSSIP_DUPLEX_PARTS_H
#define GOSSIP_DUPLEX_PARTS_H

#include "gossip/duplex.h"

struct duplex {
    const struct duplex_config *config;
    struct duplex_peer *peers;
    size_t accepted_out, dialed_out; /* places at the sender that accepted and dialed peers have */
    int64_t ticked, paused_at;
    bool paused, deaf;
    uint64_t chance;
    bool owes_verdicts; /* some peer has records that were accepted, and was not told yet */
};

/* What the other side does. Version 1 does not say: the side that dials sends, the other listens.
 */
static inline unsigned duplex_roles(const struct duplex_peer *p)
{
    if (p->session.theirs.version > 1)
        return p->session.theirs.roles;
    return p->dialed ? WIRE_LISTENS | WIRE_BLOCKS : WIRE_SENDS;
}

/* What it has brought that cost something to make. */
static inline uint64_t duplex_worth(const struct duplex_peer *p)
{
    return p->in ? p->in->costly : 0;
}

/* --- duplex.c --- */

/* Whether the connection carries records both ways. */
bool duplex_is_two_way(const struct duplex_peer *p);

/* Logs an event of the peer. words may be NULL. */
void duplex_say(const struct duplex_peer *p, const char *event, const char *words);

/* Why it is to be closed; NULL: it is not. */
const struct fault *duplex_why_doomed(const struct duplex_peer *p);

/* --- duplex_lines.c --- */

/* The callbacks for a peer's session; self is the peer. */
struct session_role duplex_role(void);

/* --- duplex_places.c --- */

/* Gives the peer a place at the sender, if there is one; else it waits. */
void duplex_start_sending(struct duplex_peer *p, int64_t now);

/* Tells the listener whether the peer relies on us: it asked us to push, and has a place. */
void duplex_note_reliance(struct duplex_peer *p);

/* Takes the place, if it has one. */
void duplex_stop_sending(struct duplex_peer *p);

/* For so many ms, an accepted peer keeps its place, though others wait. */
#define DUPLEX_TENURE 30000

/* Gives free places to peers that wait for one, and one that is not free, if somebody is to share:
 * call it once a second. */
void duplex_fill_places(struct duplex *d, int64_t now);

/* --- duplex_tips.c --- */

/* The peer has said hello, and its tip with it. */
void duplex_begin_tip(struct duplex_peer *p, int64_t now);

/* Whether the peer has said where its chain stands, and does not leave that question unanswered. */
bool duplex_knows_tip(const struct duplex_peer *p, int64_t now);

/* Takes a line `pulled' that answers duplex_ask_tips. 0, or -1 and a rule. */
int duplex_take_tip(struct duplex_peer *p, const char *line, size_t len, struct fault *f);

/* --- duplex_twins.c --- */

/* The peer has said hello: if it is connected the other way round, too, one connection is doomed.
 */
void duplex_keep_one(struct duplex_peer *p);

/* --- duplex_verdicts.c --- */

/* Tells peers of what duplex_tell_accepted has noted. */
void duplex_tell_all_accepted(struct duplex *d);

#endif
