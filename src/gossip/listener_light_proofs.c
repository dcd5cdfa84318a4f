/* Answers to `prove` and `balance`. */
#include "gossip/listener_light.h"

enum { PROVE_LEN = 6 + 2 * ID_LEN }; /* the length of `prove ID` */

static enum answer_outcome end_proof(struct listener *l, struct inbound *peer,
                                     struct answer_turn *t, int found, uint64_t read,
                                     struct fault *f)
{
    answer_end(l, peer, found, f);
    answer_spend(l, t, read);
    return ANSWERED;
}

/* --- Records ---------------------------------------------------------------------------------- */

int check_prove(const char *line, size_t len, struct fault *f)
{
    uint8_t ids[WIRE_IDS_MAX][ID_LEN];
    return len == PROVE_LEN && wire_ids(line, len, ids, f) == 1
               ? 0
               : fault_rule(f, "prove: not one id");
}

enum answer_outcome answer_prove(struct listener *l, struct inbound *peer, struct answer_turn *t)
{
    const struct view *v = l->config->view;
    struct fault f;
    uint8_t ids[WIRE_IDS_MAX][ID_LEN];
    uint64_t read = 0;
    wire_ids(peer->state->light.data, peer->state->light.len, ids, &f);
    buf_free(&peer->state->light);
    l->scratch.len = 0;
    int found = v ? v->prove(v->self, ids[0], &l->scratch, &read, &f) : 0;
    listener_log(l, peer, "prove", ids[0], found > 0 ? "found" : "none");
    return end_proof(l, peer, t, found, read, &f);
}

/* --- Accounts --------------------------------------------------------------------------------- */

int check_balance(const char *line, size_t len, struct account *account, int64_t *height,
                  struct fault *f)
{
    struct cursor c = {line, line + len};
    cursor_take_field(&c);
    if (cursor_take_account(&c, "balance: account", account, f) ||
        field_number(cursor_take_field(&c), "balance: height", height, f))
        return -1;
    return c.text < c.end ? fault_rule(f, "balance: over 3 fields") : 0;
}

enum answer_outcome answer_balance(struct listener *l, struct inbound *peer, struct answer_turn *t)
{
    const struct view *v = l->config->view;
    struct buf *request = &peer->state->light;
    struct fault f;
    struct account account = {0};
    int64_t height = 0;
    uint64_t read = 0;
    check_balance(request->data, request->len, &account, &height, &f);
    buf_free(request);
    l->scratch.len = 0;
    int found = v && v->balance ? v->balance(v->self, &account, height, &l->scratch, &read, &f) : 0;
    listener_log(l, peer, "prove", NULL, found > 0 ? "balance found" : "balance none");
    return end_proof(l, peer, t, found, read, &f);
}
