#include "txcli/batching.h"

#include "state/pay.h"

void batching_free(struct batching *b)
{
    buf_free(&b->words);
    buf_free(&b->memo);
}

void batching_clear(struct batching *b)
{
    b->count = 0;
    b->words.len = b->memo.len = 0;
}

bool batching_fits(const struct batching *b, const struct account *from, const struct move *payment)
{
    return b->count < BATCH_MAX && account_equal(&b->from, from) &&
           field_equal(payment->memo, (struct field){b->memo.data, b->memo.len});
}

int batching_add(struct batching *b, const struct account *from, const struct move *payment,
                 struct fault *f)
{
    if (b->count++ == 0 && buf_add(&b->memo, payment->memo.text, payment->memo.len))
        return fault_memory(f);
    b->from = *from;
    return batch_words(payment, &b->words) ? fault_memory(f) : 0;
}
