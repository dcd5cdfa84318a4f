/* Shared by listener_light*.c only: the answers to light clients. */
#ifndef GOSSIP_LISTENER_LIGHT_H
#define GOSSIP_LISTENER_LIGHT_H

#include "gossip/listener_parts.h"

/* Blocks that are read at once for a part of an answer. */
#define ANSWER_AT_ONCE 256

/* What is left of a turn's limits. */
struct answer_turn {
    int64_t now, headers, proofs; /* bytes */
    bool unread;                  /* light clients leave too much unread */
};

/* What a peer in the queue has got in its place there: all of its answer (or a bye), a part of it,
 * nothing before its own limits or those of all allow it, nothing before the next turn. */
enum answer_outcome { ANSWERED, GOES_ON, LIMITED, NEXT_TURN };

/* --- listener_light_answer.c: what answers share --- */

/* Begins the answer to the peer's request `WORD COUNT ID...`, of at most so many blocks: notes
 * where it begins in pull_next, and how many are left in pull_left. 0, or -1: the peer is doomed.
 */
int answer_begin(struct listener *l, struct inbound *peer, const char *word, int most);

/* Ends the answer to a request: with what is in scratch if something was found (1), without if not
 * (0); whoever caused a fault (-1) is turned away. */
void answer_end(struct listener *l, struct inbound *peer, int found, struct fault *f);

/* Whether anything is left of the budget for proofs of all peers. */
bool answer_may_prove(struct listener *l, int64_t now);

/* Counts so many bytes that were read for a proof. */
void answer_spend(struct listener *l, struct answer_turn *t, uint64_t read);

/* --- listener_light_headers.c, listener_light_proofs.c, listener_light_attests.c --- */

/* Each check reads the line of a request: 0, or -1 and a rule. Each answer puts all of what the
 * peer's request, in its state's `light`, asks for, or the next part of it. */
int check_headers(const char *line, size_t len, struct fault *f);
enum answer_outcome answer_headers(struct listener *l, struct inbound *peer, struct answer_turn *t);

int check_jump(const char *line, size_t len, int64_t *height, struct fault *f);
enum answer_outcome answer_jump(struct listener *l, struct inbound *peer, struct answer_turn *t);

int check_prove(const char *line, size_t len, struct fault *f);
enum answer_outcome answer_prove(struct listener *l, struct inbound *peer, struct answer_turn *t);

int check_balance(const char *line, size_t len, struct account *account, int64_t *height,
                  struct fault *f);
enum answer_outcome answer_balance(struct listener *l, struct inbound *peer, struct answer_turn *t);

int check_attests(const char *line, size_t len, struct fault *f);
enum answer_outcome answer_attests(struct listener *l, struct inbound *peer, struct answer_turn *t);

#endif
