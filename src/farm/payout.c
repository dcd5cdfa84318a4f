#include "farm/payout.h"

#include "crypto/slh_dsa.h"

/* Bytes of a line, with the space before each field. */
enum {
    NUMBER = 1 + 19,
    TO_AMOUNT = 1 + ACCOUNT_TEXT_MAX + NUMBER,
    COMMON = 2 + 1 + 2 * ID_LEN + 1 + ACCOUNT_TEXT_MAX + NUMBER + NUMBER + 1 + 5 + 1 +
             PAYOUT_MEMO_MAX, /* tx CHAIN FROM SEQ FEE batch MEMO */
};

int payout_fee(const struct rules *r, const struct account *from, size_t payments, int64_t *fee,
               struct fault *f)
{
    size_t signature = from->form == ACCOUNT_SLH_DSA ? SLH_DSA_HEX_LEN : 2 * SIGNATURE_LEN;
    if (r->bytefee && from->form == ACCOUNT_POLICY)
        return fault_rule(f, "-F is missing: how long the miner's signatures are depends on its "
                             "policy, and the fee on their length");
    if (rules_fee(r, COMMON + payments * TO_AMOUNT + 1 + signature, fee))
        return fault_rule(f, "the fee is over 2^63-1");
    return 0;
}
