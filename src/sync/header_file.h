/*
 * A file of headers, for those who hold no ledger: the best chain known, as `ledger-chain -H`
 * prints it; where votes decide (light_believed), as far as it is final. With finality over work,
 * attest lines with their proofs stand among them, each after the header of its block. The headers
 * that arrive are judged by a light client (light/light.h); those of side branches wait in a
 * temporary file until their branch has more work.
 *
 * One process at a time writes it. A crash leaves whole headers and perhaps a torn line, which is
 * cut off when it is next opened; or, while another branch replaces its end, the old file.
 */
#ifndef SYNC_HEADER_FILE_H
#define SYNC_HEADER_FILE_H

#include "light/light.h"
#include "record/field.h"

struct header_file;

/* Opens the file at path, which stays the caller's, and judges what it contains; it need not exist
 * yet. now: Unix seconds. chain: the genesis id that it must have; NULL: whatever it has. set: the
 * checkpoints that headers must agree with (NULL: none), the caller's. NULL and a fault: the file
 * is of another chain, contains something other than headers, or cannot be opened or locked; or
 * neither it nor `chain` says which chain it is of. */
struct header_file *header_file_open(const char *path, const uint8_t *chain,
                                     const struct checkpoints *set, int64_t now, struct fault *f);
void header_file_close(struct header_file *h);

/* The chain's genesis id, and the light client that judged the headers. */
const uint8_t *header_file_chain(const struct header_file *h);
struct light *header_file_light(const struct header_file *h);

/* Judges a header, without its newline, or the whole genesis block. 1 if it is valid and new, 0 if
 * it was here already, -1 and a rule or trouble. */
int header_file_take(struct header_file *h, const char *text, size_t len, bool genesis, int64_t now,
                     struct fault *f);

/* The same of an attest line and, after a newline, the proof that it is in a body. 0 also if it
 * counts for nothing new. */
int header_file_attest(struct header_file *h, const char *text, size_t len, int64_t now,
                       struct fault *f);

/* Writes the best chain, as far as it is not in the file yet, and syncs it. 0, or -1 and trouble.
 */
int header_file_save(struct header_file *h, struct fault *f);

#endif
