#include "txcli/payment.h"

#include "base/num.h"
#include "cli/names.h"

#include <string.h>

static int shown(struct field x)
{
    return x.len > 80 ? 80 : (int)x.len;
}

/* Whether the amount was given before the account. (An account may be named 25; then it is that
 * account.) */
static bool are_swapped(const struct book *b, const struct cli_payment *w)
{
    int64_t amount;
    struct account account;
    struct fault f;
    return number_parse(w->to.text, w->to.len, &amount) == 0 &&
           number_parse(w->amount.text, w->amount.len, &amount) &&
           cli_find_account(b, w->to.text, w->to.len, &account, &f) &&
           cli_find_account(b, w->amount.text, w->amount.len, &account, &f) == 0;
}

int cli_payment_read(const struct book *b, const struct cli_payment *w, char memo[TEXT_FORM_MAX],
                     struct account *from, struct move *out, struct fault *f)
{
    if (cli_find_account(b, w->from.text, w->from.len, from, f))
        return -1;
    if (are_swapped(b, w))
        return fault_rule(f, "'%.*s' is an account and '%.*s' an amount: TO comes before AMOUNT",
                          shown(w->amount), w->amount.text, shown(w->to), w->to.text);
    if (cli_find_account(b, w->to.text, w->to.len, &out->to, f) ||
        field_number(w->amount, "amount", &out->amount, f))
        return -1;
    if (out->amount == 0)
        return fault_rule(f, "amount: it must be at least 1");
    if (w->memo.len && w->memo.text[w->memo.len - 1] == '\r')
        return fault_rule(f, "memo: ends in a carriage return, as lines written on Windows do");
    if (w->memo.len > TEXT_MAX)
        return fault_rule(f, "memo: over %d bytes", TEXT_MAX);
    out->memo = (struct field){memo, text_encode(w->memo.text, w->memo.len, memo)};
    return 0;
}

static struct field word(const char *text)
{
    return (struct field){text, strlen(text)};
}

/* The next word of a line; words are separated by spaces and tabs. */
static struct field next_word(const char **at, const char *end)
{
    while (*at < end && (**at == ' ' || **at == '\t'))
        ++*at;
    const char *begin = *at;
    while (*at < end && **at != ' ' && **at != '\t')
        ++*at;
    return (struct field){begin, (size_t)(*at - begin)};
}

int cli_payment_line(const struct line *line, const char *from, struct cli_payment *w,
                     struct fault *f)
{
    const char *at = line->text, *end = at + line->len;
    if (line->state != LINE_WHOLE)
        return fault_rule(f, line->state == LINE_LONG ? "line: over 65535 bytes"
                                                      : "line: torn: it has no newline");
    if (line_typed(line, f))
        return -1;
    w->from = from ? word(from) : next_word(&at, end);
    w->to = next_word(&at, end);
    w->amount = next_word(&at, end);
    if (w->amount.len == 0)
        return fault_rule(f, "line: expected %sTO AMOUNT [MEMO]", from ? "" : "FROM ");
    while (at < end && (*at == ' ' || *at == '\t'))
        at++;
    w->memo = (struct field){at, (size_t)(end - at)};
    return 0;
}

struct cli_payment cli_payment_operands(const char *from, char **operands)
{
    return (struct cli_payment){.from = word(from),
                                .to = word(operands[0]),
                                .amount = word(operands[1]),
                                .memo = word(operands[2] ? operands[2] : "")};
}
