#include "farm/payout.h"

#include "base/num.h"
#include "record/tx.h"

/* Bytes of a line, with the space before each field. */
enum {
    NUMBER = 1 + 19,
    TO_AMOUNT = 1 + ACCOUNT_TEXT_MAX + NUMBER,
    COMMON = 2 + 1 + 2 * ID_LEN + 1 + ACCOUNT_TEXT_MAX + NUMBER + NUMBER + 1 + 5 + 1 +
             PAYOUT_MEMO_MAX, /* tx CHAIN FROM SEQ FEE batch MEMO */
};

/* The most that the least fee of one can be, whatever its amounts. */
static int most_of_one(const struct rules *r, const struct account *from, size_t payments,
                       int64_t *fee, struct fault *f)
{
    if (r->bytefee && from->form == ACCOUNT_POLICY)
        return fault_rule(f, "-F is missing: how long the miner's signatures are depends on its "
                             "policy, and the fee on their length");
    if (rules_fee(r, COMMON + payments * TO_AMOUNT + 1 + tx_signature_digits(from), fee))
        return fault_rule(f, "the fee is over 2^63-1");
    return 0;
}

int payout_fees(const struct rules *r, const struct account *from, size_t payments, size_t most,
                int64_t given, int64_t *fees, struct fault *f)
{
    *fees = 0;
    for (size_t left = payments, n; left; left -= n) {
        int64_t fee = given;
        n = left < most ? left : most;
        if (given < 0 && most_of_one(r, from, n, &fee, f))
            return -1;
        if (number_add(*fees, fee, fees))
            return fault_rule(f, "-F: the fees are over 2^63-1");
    }
    return 0;
}
