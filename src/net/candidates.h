/* The peers named by a program's operands: addresses, and peers files, which are read again when
 * they change. */
#ifndef NET_CANDIDATES_H
#define NET_CANDIDATES_H

#include "peers/dial_history.h"

#define CANDIDATES_HOLD                                                                            \
    300 /* s for which an announced target that never answered is not dialed again */
#define CANDIDATES_PAUSE 10000 /* ms between two writes of PEERS.tried */

struct candidates;

/* The candidates named by these operands, which stay the caller's: HOST:PORT, KEY@HOST:PORT, or
 * names of peers files. files_exist: a missing file is a fault, and not an empty file. seed
 * determines which records of a file with too many are used (base/chance.h). NULL and trouble,
 * naming the operand if that is at fault. */
struct candidates *candidates_new(char **operands, size_t count, bool files_exist, uint64_t seed,
                                  struct fault *f);
void candidates_free(struct candidates *r);

/* Where to report what is wrong with a file that is used nevertheless: a line that was skipped or,
 * after the first reading, a file that cannot be read (its last contents are then used). */
struct candidates_log {
    void (*warn)(void *self, const char *words);
    void *self;
};

/* Reads the files that have changed, and what is known of their records (peers/dial_history.h); the
 * first time, all of them. Records of another chain (chain not NULL) are skipped. 1 if anything may
 * have changed, 0, or -1 and trouble: a file that cannot be read the first time. */
int candidates_read(struct candidates *r, const uint8_t *chain, const struct candidates_log *log,
                    struct fault *f);

/* All targets, except those in files that have the key `but` (NULL: no exception). Of several
 * announced targets with one address, the most credible is listed; none if no peer can have that
 * address (ADDRESS_NEVER) or, unless `names` is set, if it is a name. The caller frees *list. 0, or
 * -1: no memory. */
int candidates_list(const struct candidates *r, const uint8_t *but, bool names,
                    struct target **list, size_t *count);

/* Records the outcome of dialing a target from the candidates. */
void candidates_note(struct candidates *r, const struct target *t, enum outcome outcome);

/* Records which targets are connected, those connected for longest first: they become anchors. */
void candidates_connected(struct candidates *r, const struct target *const *list, size_t count);

/* Writes what is new to PEERS.tried, for the next run and for other programs, if CANDIDATES_PAUSE
 * has passed since the last time or `last` is set. Call about once a second. */
void candidates_write(struct candidates *r, int64_t now, bool last,
                      const struct candidates_log *log);

#endif
