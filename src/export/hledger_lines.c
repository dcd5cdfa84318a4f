/* The lines of a journal for hledger. */
#include "export/hledger_parts.h"

#include <time.h>

void hledger_set_date(struct hledger *h, int64_t time)
{
    time_t seconds = (time_t)(time < TIME_LAST ? time : TIME_LAST);
    struct tm tm;
    if (seconds == time && gmtime_r(&seconds, &tm))
        strftime(h->when, sizeof h->when, "%Y-%m-%dT%H:%M:%SZ", &tm);
    else
        *put_number(h->when, time) = 0;
    if (seconds > h->latest)
        h->latest = seconds;
    seconds = (time_t)h->latest;
    if (gmtime_r(&seconds, &tm))
        strftime(h->date, sizeof h->date, "%Y-%m-%d", &tm);
}

/* The chain's name in its text form, quoted, since it may have characters that commodities
 * otherwise may not. To hledger, AUTO means a missing amount, even in quotes; no text form has %41.
 */
void hledger_set_unit(struct hledger *h)
{
    const char *name = h->chain.rules.name;
    char *p = put_string(put(h->unit, " \"", 2), strcmp(name, "AUTO") == 0 ? "%41UTO" : name);
    put(p, "\"", 2); /* and its NUL */
}

/* A memo as people read it, if a description can hold it and it cannot be mistaken for the text
 * form of another; otherwise in its text form. */
static char *put_memo(char *p, struct field memo)
{
    char bytes[TEXT_MAX];
    size_t n = text_decode(memo, bytes);
    bool plain = n > 0 && bytes[0] != ' ' && bytes[n - 1] != ' ';
    for (size_t i = 0; plain && i < n; i++)
        plain = bytes[i] >= 0x20 && bytes[i] < 0x7f && !strchr(";|%", bytes[i]) &&
                !(bytes[i] == ' ' && bytes[i + 1] == ' ');
    return plain ? put(p, bytes, n) : put(p, memo.text, memo.len);
}

char *hledger_head(char *p, const struct hledger *h, const uint8_t code[ID_LEN],
                   const struct account *payee, const struct field *memo)
{
    p = put_string(p, h->date);
    p = put(p, " * (", 4);
    p = put_id(p, code);
    p = put(p, ") ", 2);
    p = memo || h->chain.height > 0 ? put_account(p, h->book, payee) : put_string(p, "genesis");
    if (!memo) {
        p = put_string(p, " | block ");
        p = put_number(p, h->chain.height);
    } else if (!field_is(*memo, "-")) {
        p = put(p, " | ", 3);
        p = put_memo(p, *memo);
    }
    p = put_string(p, "  ; height:");
    p = put_number(p, h->chain.height);
    p = put_string(p, ", time:");
    p = put_string(p, h->when);
    *p++ = '\n';
    return p;
}

char *hledger_amount(char *p, const struct hledger *h, int64_t amount)
{
    return put_string(put_number(p, amount), h->unit);
}

char *hledger_place(char *p, const struct hledger *h, enum place place, const struct account *id)
{
    static const char *const names[] = {
        [PLACE_BALANCE] = "accounts", [PLACE_STAKE] = "stakes", [PLACE_UNBONDING] = "unbonding"};
    p = put_string(put(p, "    ", 4), names[place]);
    *p++ = ':';
    return put_account(p, h->book, id);
}

char *hledger_posting(char *p, const struct hledger *h, enum place place, const struct account *id,
                      int64_t amount)
{
    p = put(hledger_place(p, h, place, id), "  ", 2);
    p = hledger_amount(p, h, amount);
    *p++ = '\n';
    return p;
}

char *hledger_equity(char *p, const struct hledger *h, const char *name, int64_t amount)
{
    if (amount == 0)
        return p;
    p = put_string(put_string(p, "    equity:"), name);
    p = hledger_amount(put(p, "  ", 2), h, amount);
    *p++ = '\n';
    return p;
}
