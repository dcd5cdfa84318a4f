/* tx: a transaction (tx(5)): what all have in common. What one does is its operation's
 * (operation.h). */
#ifndef RECORD_TX_H
#define RECORD_TX_H

#include "base/buf.h"
#include "record/operation.h"

#define TX_ARGUMENTS_MAX 64 /* bytes */

/* A part of a transaction's line: it stays the same wherever the line is. */
struct piece {
    uint32_t at, len;
};

struct tx {
    uint8_t chain[ID_LEN];
    struct account from;
    int64_t seq, fee;
    const struct operation *operation;
    struct piece words; /* the operation's name and its arguments */
    const char *line;   /* the whole line, and how much of it the signature signs */
    size_t len, signed_len;
    uint8_t signature[SIGNATURE_LEN];
    uint8_t arguments[TX_ARGUMENTS_MAX]; /* parsed: only their operation knows how */
};

/* Parses a line that line_check let through; *tx points into it. tx_parse takes a signed
 * transaction, tx_parse_unsigned one without its last field (its signature is then all zero).
 * Neither checks the signature. 0, or -1 and a rule that begins with "tx: ". */
int tx_parse(const char *line, size_t len, struct tx *tx, struct fault *f);
int tx_parse_unsigned(const char *line, size_t len, struct tx *tx, struct fault *f);

/* Whether the line has as many fields as a signed transaction, or an unsigned one, and so claims to
 * be one. */
bool tx_is_signed(const char *line, size_t len);
bool tx_is_unsigned(const char *line, size_t len);

/* After the line was moved or copied: its new place. */
static inline void tx_move(struct tx *tx, const char *line)
{
    tx->line = line;
}

/* A part of the line, and back. */
static inline struct field tx_field(const struct tx *tx, struct piece p)
{
    return (struct field){tx->line + p.at, p.len};
}

static inline struct piece tx_piece(const struct tx *tx, struct field x)
{
    return (struct piece){(uint32_t)(x.text - tx->line), (uint32_t)x.len};
}

/* What the transaction's FROM pays to whom, fee aside: true and the next payment, or false. *at is
 * 0 at first. */
static inline bool tx_next_move(const struct tx *tx, size_t *at, struct move *out)
{
    return *at != MOVES_END && tx->operation->moves && tx->operation->moves(tx, at, out);
}

/* Appends the unsigned line, without a newline: chain, from, seq and fee of *tx, and the words of
 * its operation. 0, or -1: no memory. */
int tx_format(const struct tx *tx, struct field words, struct buf *out);

#endif
