/* Shared by the files of forge/tx_forge. */
#ifndef FORGE_TX_FORGE_PARTS_H
#define FORGE_TX_FORGE_PARTS_H

#include "forge/tx_forge.h"

/* The part of forging that depends on the kind: *tx is the honest transaction and becomes the
 * forged one. 0, or -1 and a fault. */
typedef int forge_it(struct forger *g, struct tx *tx, const struct forge_sender *sender,
                     struct forgery *out, struct fault *f);

/* The kinds of tx_forge_form.c, tx_forge_replay.c, tx_forge_rules.c and tx_forge_proof.c. */
forge_it forge_form, forge_replay;
forge_it forge_account, forge_batch, forge_sponsor, forge_proof, forge_early, forge_accuse;

/* Whether a line breaks a rule of form: *why is the message of every reader. */
bool forge_is_malformed(const struct buf *line, struct fault *why);

/* The transaction's first payment. 0, or -1 and a rule: this kind of forgery needs a payment. */
int forge_payment_of(const struct tx *tx, const char *kind, struct move *m, struct fault *f);

/* Each writes the forgery's line: 0, or -1 and a fault. */

/* The transaction, unsigned; for a policy, with what comes before its signatures. */
int forge_put_unsigned(const struct tx *tx, struct forgery *out, struct fault *f);

/* The same with these words instead of its own. */
int forge_put_words(const struct tx *tx, struct field words, struct forgery *out, struct fault *f);

/* And with this payment instead of its own. */
int forge_put_payment(const struct tx *tx, const struct move *m, struct forgery *out,
                      struct fault *f);

/* With false signatures, in the form of their keys', by all who must sign. */
int forge_put_signed(struct forger *g, const struct tx *tx, struct forgery *out, struct fault *f);

/* Appends a space and a false signature in the form of this key's. */
int forge_put_signature(struct forger *g, const struct account *by, struct forgery *out,
                        struct fault *f);

#endif
