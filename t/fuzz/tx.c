/* record/tx: what is read of a transaction gives back the very line. */
#include "record/tx.h"
#include "base/hex.h"
#include "fuzz.h"

static void check(const struct tx *tx, const char *line, size_t len, bool is_signed)
{
    struct buf again = {0};
    char digits[2 * SIGNATURE_LEN];
    must(tx_is_signed(line, len) == is_signed);
    must(tx->line == line && tx->len == len && tx->operation && tx->seq >= 0 && tx->fee >= 0);
    must(tx_format(tx, tx_field(tx, tx->words), &again) == 0);
    must_equal(again.data, again.len, line, tx->signed_len);
    hex_encode(digits, tx->signature, SIGNATURE_LEN);
    if (is_signed)
        must_equal(digits, sizeof digits, line + tx->signed_len + 1, len - tx->signed_len - 1);
    else
        must(tx->signed_len == len);
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
