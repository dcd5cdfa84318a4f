/* What the answers to light clients share. */
#include "gossip/listener_light.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A token of the budget of proofs is so many bytes: those of a millisecond. */
enum { PROOF_TOKEN = LISTENER_PROOF_BYTES / 1000 };

static const struct rate proofs = {1000, 1};

int answer_begin(struct listener *l, struct inbound *peer, const char *word, int most)
{
    struct inbound_state *s = peer->state;
    struct fault f;
    char words[32];
    const char *line = s->light.data, *end = line + s->light.len;
    const char *ids = listener_read_pull(word, 1, most, line, s->light.len, &s->pull_left, &f);
    int64_t first = ids ? listener_first_height(l, ids, (size_t)(end - ids), &f) : -1;
    buf_free(&s->light);
    if (first < 0 && f.kind == FAULT_RULE) {
        listener_log(l, peer, "bad", NULL, f.text);
        return inbound_doom(peer, "bad", &f);
    }
    if (first < 0) /* not the peer's fault: it gets nothing, and may ask again */
        s->pull_left = 0;
    s->pull_next = first;
    s->pulling = s->pull_headers = true;
    s->pull_attests = false;
    s->pull_bytes = 0;
    memset(s->pull_prev, 0, ID_LEN);
    snprintf(words, sizeof words, "%" PRId64, first);
    listener_log(l, peer, word, NULL, words);
    return 0;
}

void answer_end(struct listener *l, struct inbound *peer, int found, struct fault *f)
{
    if (found > 0 && session_put(peer->session, l->scratch.data, l->scratch.len))
        found = fault_memory(f);
    if (found < 0)
        listener_turn_away(peer, f);
    else
        listener_put_end(l, peer, true);
}

bool answer_may_prove(struct listener *l, int64_t now)
{
    return bucket_has(&l->proofs, &proofs, now);
}

void answer_spend(struct listener *l, struct answer_turn *t, uint64_t read)
{
    bucket_spend(&l->proofs, (LISTENER_PROOF_COST + (int64_t)read) / PROOF_TOKEN);
    t->proofs -= LISTENER_PROOF_COST + (int64_t)read;
}
