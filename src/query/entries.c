#include "query/entries.h"

#include "state/account.h"

#include <string.h>

struct listing {
    const struct entry_kind *kind;
    struct account_text of; /* len 0: all */
    int (*each)(void *self, const char *entry, size_t len, struct fault *f);
    void *self;
};

/* Whether one of the fields is this account. */
static bool names(const char *entry, size_t len, const struct account_text *account)
{
    struct cursor c = {entry, entry + len};
    struct field x;
    while ((x = cursor_take_field(&c)).len)
        if (x.len == account->len && memcmp(x.text, account->text, x.len) == 0)
            return true;
    return false;
}

static int give(void *self, const struct state_key *key, const struct state_value *value,
                struct fault *f)
{
    struct listing *l = self;
    char entry[STATE_ENTRY_MAX];
    int n = l->kind->line(key, value, entry);
    if (n < 0)
        return fault_trouble(f, "broken entry in the state");
    return n && (!l->of.len || names(entry, (size_t)n, &l->of))
               ? l->each(l->self, entry, (size_t)n, f)
               : 0;
}

/* The entry of a kind whose keys are accounts' keys. */
static int give_own(struct listing *l, struct state *s, const struct account *of, struct fault *f)
{
    struct state_key key = {.kind = l->kind->kind};
    struct state_value value;
    if (of->form != ACCOUNT_KEY)
        return 0;
    memcpy(key.id, of->id, ID_LEN);
    return state_get(s, &key, &value, f) ? -1 : give(l, &key, &value, f);
}

int entries_each(struct state *s, const struct account *of,
                 int (*each)(void *self, const char *entry, size_t len, struct fault *f),
                 void *self, struct fault *f)
{
    struct listing l = {.each = each, .self = self};
    struct account ignored;
    int result = 0;
    if (of)
        l.of = account_text(of);
    for (size_t i = 0; !result && (l.kind = entry_kind_at(i)); i++) {
        if (account_of_state(&(struct state_key){.kind = l.kind->kind}, &ignored))
            continue;
        result = of && l.kind->name ? give_own(&l, s, of, f)
                                    : state_walk(s, l.kind->kind, give, &l, f);
    }
    return result ? -1 : 0;
}
