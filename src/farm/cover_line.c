#include "farm/cover.h"

#include "farm/unsealed.h"
#include "hash/sha256.h"

static int add_ticket(struct cover *c, const struct line *line, struct fault *f)
{
    struct ticket t;
    return ticket_parse(line->text, line->len, &t, f) ? -1 : cover_ticket(c, &t, line->number, f);
}

static int add_receipt(struct cover *c, const struct line *line, struct fault *f)
{
    struct receipt receipt;
    struct unsealed u = {0};
    uint8_t id[ID_LEN];
    int result = -1;
    if (receipt_parse(line->text, line->len, &receipt, f) == 0 &&
        unsealed_init(&u, &receipt.ticket.block, f) == 0 &&
        unsealed_check(&u, &receipt, id, f) == 0)
        result = cover_receipt(c, &receipt, line->number, f);
    unsealed_free(&u);
    return result;
}

static int check_sealed(const char *what, const struct field *header, const uint8_t most[ID_LEN],
                        struct fault *f)
{
    uint8_t id[ID_LEN];
    sha256(header->text, header->len, id);
    return target_met(id, most) ? 0 : fault_rule(f, "%s: its id is over its target", what);
}

/* A share says nothing of other nonces. */
static int check_share(struct cover *c, const struct line *line, struct fault *f)
{
    struct share s;
    (void)c;
    return share_parse(line->text, line->len, &s, f) ? -1
                                                     : check_sealed("share", &s.header, s.share, f);
}

static int add_block(struct cover *c, const struct line *line, struct fault *f)
{
    struct block b;
    struct field header = {line->text, line->len};
    if (block_parse(line->text, line->len, &b, f) || check_sealed("block", &header, b.target, f))
        return -1;
    return cover_block(c, &b, f);
}

int cover_line(struct cover *c, const struct line *line, struct fault *f)
{
    static const struct {
        const char *type;
        int (*add)(struct cover *c, const struct line *line, struct fault *f);
    } types[] = {
        {"ticket", add_ticket},
        {"exhausted", add_receipt},
        {"share", check_share},
        {"block", add_block},
    };
    if (line_form(line, f))
        return -1;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (line_is(line->text, line->len, types[i].type))
            return types[i].add(c, line, f);
    return 0;
}
