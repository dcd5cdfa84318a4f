/*
 * The light client: judges a chain by its headers alone.
 *
 * Its input is a genesis block with its body, headers without theirs, and `proof` records. From
 * genesis on every header is checked for everything that needs no body: parent, height, target,
 * work, time, and that neither COUNT nor the height would exceed maxblock or the supply. Headers
 * may form side branches; the best chain is that of a ledger with the same blocks. A proof is valid
 * if its block is on the best chain of the headers before it, its count is that block's, and its
 * path leads to that block's root. A `state` line is valid if the last proof before it was valid,
 * and of this line; a `present` or `absent` line if the last state line was valid and has its root,
 * to which its path leads.
 *
 * On a chain with `rule finality`, attest lines, each with the proof that it is in a body,
 * show what is final (verify(1), "Finality over work"), and accusations who counts no more: then
 * the best chain is one with that block, and a header that would make another one the best is
 * invalid. All entries of a state may follow its line, and show who the members are.
 *
 * On a chain that members seal, `member` and `vote` lines follow the headers (verify(1), "Chains
 * that members seal"), and a header is judged, and given as one text, together with them. Under
 * `rule seal bft` headers may be missing: then two that follow each other are judged, and given,
 * together, and must be signed by enough of the members that are trusted already. Two such headers
 * below those that are trusted count for proofs alone.
 *
 * If the input does not begin with a genesis block and its body, headers are judged by what they
 * claim: they must meet their own targets; and proofs are judged by such headers, whatever their
 * chain.
 *
 * A header takes 120 bytes of memory, and up to 11 more once a header is looked up by its id (a
 * fork, a proof). At most LIGHT_HEADERS_MAX are accepted.
 */
#ifndef LIGHT_LIGHT_H
#define LIGHT_LIGHT_H

#include "base/lines.h"
#include "finality/checkpoints.h"
#include "stream/stream.h"

#define LIGHT_HEADERS_MAX ((UINT64_C(1) << 31) - 1)

struct light;

/* A light client over src, which it will close, even on failure. NULL: no memory. */
struct light *light_new(struct source src);
void light_free(struct light *c);

/* From now on refuses headers that contradict these checkpoints, which stay the caller's. The first
 * header after genesis may be one that a checkpoint names, at any height: what is below it is then
 * trusted because the checkpoint's keys say so, and its branch is the only one. */
void light_enforce(struct light *c, const struct checkpoints *set);

/* At the end: checks that no checkpoint names a known header above the height of the best tip,
 * which must be on another branch, with less work. 0, or -1 and a rule or trouble. */
int light_above(struct light *c, struct fault *f);

/* For how many seconds a header is trusted on a chain with `rule seal bft`, from its time on: a
 * later header with votes is refused if the last trusted one is older; and with finality over work
 * the last final checkpoint, upon which new attest lines count. 0: for ever; -1, and unless
 * this is called: on a chain with stakes, two thirds of `unbonding` spacings, and else for ever. */
void light_period(struct light *c, int64_t seconds);

/* Whether the last trusted header is older than that. */
bool light_expired(const struct light *c, int64_t now);

/* With this begins the rule that a jump breaks if too few of the trusted members have signed. */
#define LIGHT_NOT_ENOUGH "not enough trust"

/* Pairs of votes, each with its newline, which are evidence against their signers (vote(5)), of
 * headers that contradict final ones. */
const struct buf *light_evidence(const struct light *c);

enum light_verdict {
    LIGHT_END,
    LIGHT_VALID,   /* *text is the line, or the genesis block, without its last newline */
    LIGHT_INVALID, /* *f says why, and for which line */
};

/* Judges the next line, or the genesis block with its body; now is the time in Unix seconds. *text
 * is valid until the next call. After the last line, each call reports, as LIGHT_INVALID without a
 * line, one more block that a valid proof relied on and that a later header took off the best
 * chain. A verdict, or -1 and trouble. */
int light_next(struct light *c, int64_t now, struct span *text, struct fault *f);

/* Whether the last line that light_next found invalid, or light_add_attest refused, may be right
 * all the same: what it rests on was not shown. */
bool light_unsure(const struct light *c);

/* Whether everything has been read from a source whose chain members seal or attest. */
bool light_at_end(const struct light *c);

/* Whether light_next would answer without waiting. */
bool light_ready(struct light *c);

/* What was judged so far. */
struct light_sum {
    bool from_genesis;         /* a valid genesis block came first */
    uint64_t headers;          /* different valid headers, including genesis */
    int64_t height;            /* of the best chain; only if from_genesis */
    uint8_t best[ID_LEN];      /* its tip */
    bool by_members, by_votes; /* members seal this chain, and (`bft`) vote on its headers */
    int64_t trusted;   /* only if by_members: up to this height the best chain is final (`bft`), or
                          enough of the members agree with its sets (`sign`) */
    bool has_finality; /* `rule finality`: attest lines may show what is final: */
    int64_t final;     /* the height of the highest final checkpoint, and its id */
    uint8_t final_id[ID_LEN];
    uint64_t attests; /* lines that have been counted */
};
struct light_sum light_sum(const struct light *c);

/* --- Headers that arrive one by one, after those of the source --- */

/* Judge, as light_next would, the text of a whole genesis block, if there is none yet; or a header
 * with all that light_next gives with it, without the last newline. 1 if it is valid, 0 and a rule,
 * -1 and trouble. */
int light_add_genesis(struct light *c, const char *text, size_t n, struct fault *f);
int light_add_header(struct light *c, const char *line, size_t len, int64_t now, struct fault *f);

/* The same of an attest line or an accusation and, after a newline, the proof that it is in a body.
 */
int light_add_attest(struct light *c, const char *text, size_t len, int64_t now, struct fault *f);

/* Headers are numbered from 0 (genesis) in the order in which they were accepted; none is added
 * twice. light_find gives the number of the header with this id: 1 and *n, 0 if there is none, -1
 * and trouble. */
int light_find(struct light *c, const uint8_t id[ID_LEN], size_t *n, struct fault *f);

/* The number of the best tip; of the highest header of its chain that is believed, which on a chain
 * with `rule seal bft` is the highest with votes, and else the same; and the chain's id. There must
 * be a genesis block. */
size_t light_best(const struct light *c);
size_t light_believed(const struct light *c);
void light_chain(const struct light *c, uint8_t chain[ID_LEN]);

int64_t light_height(const struct light *c, size_t n);
size_t light_parent(const struct light *c, size_t n);

/* Whether header n is on the chain that ends at tip. */
bool light_is_on(const struct light *c, size_t n, size_t tip);

/* Whether a jump has passed this height (`bft`), so that the trusted chain is not known there. */
bool light_jumped_over(const struct light *c, int64_t height);

/* The height after whose block the newest state line that is believed says what accounts have; -1:
 * there is none yet; -2: never, without `rule state`. */
int64_t light_state_height(const struct light *c);

/* The height at which the headers begin, apart from genesis: 0, or that of a checkpoint. */
int64_t light_begins(const struct light *c);

/* The height of the highest checkpoint of the best chain that attest lines in its bodies have
 * justified, or at which the headers begin; and how many blocks apart checkpoints are, 0: there are
 * none. */
int64_t light_justified(const struct light *c);
int64_t light_checkpoints(const struct light *c);

/* Whether nothing but accusations changes the members who attest (verify(1)). */
bool light_takes_accusations(const struct light *c);

/* The id of the best chain's header at this height, or of the lowest one above it. */
void light_id_at(const struct light *c, int64_t height, uint8_t id[ID_LEN]);

/* Writes a locator (gossip(7)) of the best chain, at most max ids; before there is a genesis block,
 * one id that no block has. Gives how many. */
int light_locate(const struct light *c, uint8_t ids[][ID_LEN], int max);

struct proof;

/* Checks a proof against the headers of the best chain: 1 and the number of its block's header, or
 * LIGHT_JUMPED_OVER if its block was shown by a jump back; 0 and a rule, -1 and trouble. */
#define LIGHT_JUMPED_OVER SIZE_MAX
int light_prove(struct light *c, const struct proof *p, size_t *n, struct fault *f);

#endif
