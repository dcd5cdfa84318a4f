/* tx: a transaction (tx(5)). */
#ifndef RECORD_TX_H
#define RECORD_TX_H

#include "base/buf.h"
#include "record/account.h"

struct tx {
    uint8_t chain[ID_LEN];
    struct account from, to;
    int64_t seq, fee, amount;
    struct field memo; /* in its text form */
    const char *line;  /* the whole line, and how much of it the signature signs */
    size_t len, signed_len;
    uint8_t signature[SIGNATURE_LEN];
};

/* Parses a line that line_check let through; *tx points into it. tx_parse takes a signed
 * transaction, tx_parse_unsigned one without its last field (its signature is then all zero).
 * Neither checks the signature. 0, or -1 and a rule that begins with "tx: ". */
int tx_parse(const char *line, size_t len, struct tx *tx, struct fault *f);
int tx_parse_unsigned(const char *line, size_t len, struct tx *tx, struct fault *f);

/* Whether the line has ten fields, and so claims to be a signed transaction. */
bool tx_is_signed(const char *line, size_t len);

/* Appends the unsigned line, without a newline. Uses chain, from, seq, fee, to, amount and memo. 0,
 * or -1: no memory. */
int tx_format(const struct tx *tx, struct buf *out);

#endif
