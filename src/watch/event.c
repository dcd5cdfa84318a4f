#include "watch/event.h"

#include "base/hex.h"

#include <stdlib.h>
#include <string.h>

char *event_path(const char *path)
{
    static const char digits[] = "0123456789ABCDEF";
    char *name = malloc(3 * strlen(path) + 1), *to = name;
    if (!name)
        return NULL;
    for (const char *s = path; *s; s++) {
        unsigned char c = (unsigned char)*s;
        if (c > 0x20 && c < 0x7f && c != '%') {
            *to++ = *s;
        } else {
            *to++ = '%';
            *to++ = digits[c >> 4];
            *to++ = digits[c & 15];
        }
    }
    *to = '\0';
    return name;
}

/* These return nonzero if there is no memory. */
static int add_id(struct buf *out, const uint8_t id[ID_LEN])
{
    return buf_add(out, " ", 1) || buf_add_string(out, hex32(id).text);
}

static int add_number(struct buf *out, int64_t n)
{
    return buf_add(out, " ", 1) || buf_add_number(out, n);
}

static int add_line(struct buf *out, const char *text, size_t n)
{
    return buf_add(out, text, n) || buf_add(out, "\n", 1);
}

/* The event's type, and its ledger. */
static int begin(struct buf *out, const char *type, const char *ledger)
{
    return buf_add_string(out, type) || buf_add(out, " ", 1) || buf_add_string(out, ledger);
}

int event_reorg(struct buf *out, const char *ledger, const struct tip_change *t)
{
    int failed = begin(out, "reorg", ledger) || add_number(out, t->from.height - t->fork.height) ||
                 add_number(out, t->to.height - t->fork.height) ||
                 add_number(out, t->fork.height) || add_id(out, t->fork.id) ||
                 add_id(out, t->from.id) || add_id(out, t->to.id) || add_number(out, t->to.time) ||
                 buf_add(out, "\n", 1);
    return failed ? -1 : 0;
}

int event_undone(struct buf *out, const char *ledger, const struct tip_change *t, uint64_t undone,
                 const struct undone_sum *sum)
{
    int failed = begin(out, "undone", ledger) || add_id(out, t->to.id) ||
                 add_number(out, (int64_t)undone) || add_number(out, (int64_t)sum->again) ||
                 add_number(out, (int64_t)sum->double_spent) ||
                 add_number(out, (int64_t)(undone - sum->again - sum->double_spent)) ||
                 buf_add(out, "\n", 1);
    return failed ? -1 : 0;
}

int event_double_spend(struct buf *out, const char *ledger, int64_t height, const struct tx *was,
                       const uint8_t was_id[ID_LEN], const struct tx *is,
                       const uint8_t is_id[ID_LEN])
{
    int failed = begin(out, "doublespend", ledger) || add_number(out, height) ||
                 buf_add(out, " ", 1) || buf_add_string(out, account_text(&was->from).text) ||
                 add_number(out, was->seq) || add_id(out, was_id) || add_id(out, is_id) ||
                 buf_add(out, "\n", 1) || add_line(out, was->line, was->len) ||
                 add_line(out, is->line, is->len);
    return failed ? -1 : 0;
}

int event_conflict(struct buf *out, const struct checkpoint *c, const struct field *earlier)
{
    int failed = buf_add_string(out, "conflict") || add_id(out, c->line.chain) ||
                 add_id(out, c->line.signer) || add_number(out, c->height) ||
                 buf_add(out, "\n", 1) || add_line(out, earlier->text, earlier->len) ||
                 add_line(out, c->line.text, c->line.len);
    return failed ? -1 : 0;
}

int event_evidence(struct buf *out, const uint8_t chain[ID_LEN], const struct evidence *one,
                   const struct evidence *other)
{
    int failed = buf_add_string(out, "evidence") || add_id(out, chain) || add_id(out, one->key) ||
                 buf_add(out, " ", 1) || buf_add_string(out, one->kind->word) ||
                 buf_add(out, "\n", 1) || add_line(out, one->text.text, one->text.len) ||
                 add_line(out, other->text.text, other->text.len);
    return failed ? -1 : 0;
}

int event_finals(struct buf *out, const char *ledger, const struct node *first,
                 const struct node *second)
{
    int failed = begin(out, "finals", ledger) || add_number(out, first->height) ||
                 add_id(out, first->id) || add_number(out, second->height) ||
                 add_id(out, second->id) || buf_add(out, "\n", 1);
    return failed ? -1 : 0;
}
