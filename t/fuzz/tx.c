/* record/tx: what is read of a transaction gives back the very line. */
#include "record/tx.h"
#include "fuzz.h"

/* What stands before the first signature: the unsigned line, and a policy with its branch. */
static void check(const struct tx *tx, const char *line, size_t len, bool is_signed)
{
    struct buf again = {0};
    struct tx_signature s;
    size_t at = 0, end = tx->signed_len, n = 0;
    must(tx_is_signed(line, len) == is_signed);
    must(tx->line == line && tx->len == len && tx->operation && tx->seq >= 0 && tx->fee >= 0);
    must(tx_format(tx, tx_field(tx, tx->words), &again) == 0);
    must(again.len <= tx->signed_len);
    must_equal(again.data, again.len, line, again.len);
    while (tx_next_signature(tx, &at, &s)) {
        must(s.digits.at > end);
        end = s.digits.at + s.digits.len;
        n++;
    }
    must(n == tx_signature_count(tx) && n <= TX_SIGNATURES_MAX && end == len);
    must(is_signed || (n == 0 && again.len == len));
    buf_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const char *line = (const char *)data;
    struct tx tx;
    struct fault f;
    if (n > LINE_MAX_LEN || line_check(line, n, &f))
        return 0;
    if (tx_parse(line, n, &tx, &f) == 0)
        check(&tx, line, n, true);
    else if (tx_parse_unsigned(line, n, &tx, &f) == 0)
        check(&tx, line, n, false);
    else
        must(f.kind == FAULT_RULE && f.text[0]);
    return 0;
}
