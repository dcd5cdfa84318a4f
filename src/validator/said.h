/*
 * What a validator has signed, on one chain with one key: so it signs nothing that contradicts it.
 * A flat file, which is synced before anything that it holds may leave:
 *
 *     history CHAIN KEY
 *     vote HEIGHT ROUND STEP ROOT         STEP: propose, prevote or precommit
 *     attest SOURCEHEIGHT TARGETHEIGHT ROOT
 *     heard LINE                          another member's prevote or proposal (vote(5))
 *
 * ROOT names what was signed (64 hexadecimal digits), or is `-` if that is not known. What was
 * heard proves the lock that the next precommit means (Tendermint's proof of lock); it has no
 * bearing on what may be signed.
 *
 * The file is locked as long as it is open, so no second process signs with the same key. It is
 * pruned when it has grown (said_prune).
 */
#ifndef VALIDATOR_SAID_H
#define VALIDATOR_SAID_H

#include "base/buf.h"
#include "base/linefile.h"

#include <stdbool.h>

#define SAID_PRUNE_BYTES ((uint64_t)1 << 20) /* a file of fewer is not pruned */

enum said_step { SAID_PROPOSE, SAID_PREVOTE, SAID_PRECOMMIT };

struct said_root {
    bool known;
    uint8_t bytes[32];
};

struct said_vote {
    int64_t height, round;
    enum said_step step;
    struct said_root root;
};

struct said_attest {
    int64_t source, target; /* heights */
    struct said_root root;
};

struct said {
    struct linefile file;
    uint8_t chain[32], key[32];
    bool begun; /* it has its first line */
    bool voted;
    struct said_vote last; /* in the order of height, round and step */
    struct said_vote lock; /* the last precommit for a block; its height is 0: none */
    struct said_attest *attests;
    size_t count, cap;
    uint64_t prune_at; /* it is pruned before anything is added to so many bytes */
    /* Set by the caller after said_open; may be NULL. It could not be pruned, and grows on: told
     * once. */
    void (*unpruned)(const char *why);
    bool is_told;
};

enum said_answer { SAID_REFUSED = -1, SAID_NEW, SAID_AGAIN };

/* Opens the file, which is created if it is missing, and reads it; `path` stays the caller's. What
 * a crash has left of a last line is moved to PATH.torn: it was never signed. The whole lines are
 * synced: whoever wrote them may have had no time to. 0, or -1 and *f: a
 * rule with the number of the line, such as that it is another key's; or trouble. Call said_close
 * in either case. */
int said_open(struct said *s, const char *path, const uint8_t chain[32], const uint8_t key[32],
              struct fault *f);
void said_close(struct said *s);

/* Whether this may be signed; and if so, has it on disk. SAID_AGAIN: the same was signed before.
 * SAID_REFUSED and *f: a rule says what it would contradict; or trouble.
 *
 * A vote has to come after all others, in the order of height, round and step, or be the last one
 * again; `heard`, lines as the file has them, is on disk with it if it is new. NULL: none. An
 * attest: EIP-3076's conditions: no other of the same target, none that surrounds another or is
 * surrounded; and none below the lowest source, or up to the lowest target, that is known. */
enum said_answer said_sign_vote(struct said *s, const struct said_vote *v, const struct buf *heard,
                                struct fault *f);
enum said_answer said_sign_attest(struct said *s, const struct said_attest *a, struct fault *f);

/* The votes of this height and above that the file has, in *list, which the caller frees; how many:
 * *count. 0, or -1 and a fault. */
int said_votes(struct said *s, int64_t height, struct said_vote **list, size_t *count,
               struct fault *f);

/* Gives `take` each line that was heard, without the word in front, as lines_each does. */
int said_each_heard(struct said *s, lines_take *take, void *self, struct fault *f);

/* Replaces the file by one that forbids at least as much: the votes, and what was heard, of the
 * last few heights (but the prevotes that an earlier lock of a height rested on), and the last
 * attests (EIP-3076's minimal form, with some more of them, so that these can be said again). A
 * crash leaves the old file or the new one. 0, or -1 and trouble: nothing may be signed then. A
 * file that has another name besides is left as it is: that would not follow. So is one that cannot
 * be replaced (a folder without write permission, a file that is a mount point), as long as it is
 * found at its path. */
int said_prune(struct said *s, struct fault *f);

/* The interchange of EIP-3076, version 5, as JSON: genesis_validators_root is the chain, slots and
 * epochs are heights. said_export appends it. said_import takes what concerns this chain and key;
 * of a block, that nothing of its height or below may be voted. What is known already is not added
 * again. Either all is taken and on disk, or nothing. 0, or -1: a rule (it is no such text, or
 * another chain's, or has nothing of this key), or trouble. */
int said_export(const struct said *s, struct buf *out, struct fault *f);
int said_import(struct said *s, const char *json, size_t n, struct fault *f);

/* Whether it is a precommit for a block, on which the member is locked then. */
bool said_vote_locks(const struct said_vote *v);

/* Whether a vote like that is not to be signed any more. */
bool said_covers_vote(const struct said *s, const struct said_vote *v);

/* For said_json.c: lines (said_line.h) on disk, and then in memory. 0, or -1 and *f. */
int said_add(struct said *s, const struct buf *lines, struct fault *f);

#endif
