#include "light/holding.h"

#include "hash/sha256.h"
#include "light/presence.h"
#include "record/state_line.h"

#include <stdio.h>
#include <string.h>

/* The place of what an account has is the hash of this. */
static size_t put_name(const struct account *account,
                       char name[sizeof "account " + ACCOUNT_TEXT_MAX])
{
    return (size_t)snprintf(name, sizeof "account " + ACCOUNT_TEXT_MAX, "account %s",
                            account_text(account).text);
}

/* The entry is in the form of one: `account ACCOUNT BALANCE SEQ`. */
static int read_entry(struct field entry, size_t named, struct holding *h, struct fault *f)
{
    struct cursor c = {entry.text + named + 1, entry.text + entry.len};
    h->present = true;
    return field_number(cursor_take_field(&c), "present: balance", &h->balance, f) ||
                   field_number(cursor_take_field(&c), "present: seq", &h->seq, f)
               ? -1
               : 0;
}

static int check_account(const struct state_proof *p, const struct account *account,
                         struct holding *h, struct fault *f)
{
    char name[sizeof "account " + ACCOUNT_TEXT_MAX];
    uint8_t place[ID_LEN];
    size_t len = put_name(account, name);
    if (p->present) {
        if (p->named != len || memcmp(p->entry.text, name, len) != 0)
            return fault_rule(f, "present: of another entry than this account's");
        return read_entry(p->entry, p->named, h, f);
    }
    sha256(name, len, place);
    return memcmp(place, p->place, ID_LEN) ? fault_rule(f, "absent: of another place") : 0;
}

int holding_check(const char *text, size_t len, const struct account *account, struct holding *h,
                  struct fault *f)
{
    struct state_line s;
    struct state_proof p;
    const char *end = memchr(text, '\n', len), *second = end ? end + 1 : NULL;
    size_t rest = end ? len - (size_t)(second - text) : 0;
    *h = (struct holding){0};
    if (!rest || second[rest - 1] != '\n')
        return fault_rule(f, "state: a line is missing");
    if (state_line_parse(text, (size_t)(end - text), &s, f) ||
        state_proof_parse(second, rest - 1, &p, f) || presence_check(&p, f))
        return -1;
    if (memcmp(p.root, s.root, ID_LEN))
        return fault_rule(f, "%s: of another root than that of the state line",
                          p.present ? "present" : "absent");
    h->height = s.height;
    return check_account(&p, account, h, f);
}
