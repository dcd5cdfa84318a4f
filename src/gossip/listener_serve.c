/* Answers to `pull`: blocks of the best chain, as fast as the peer reads. */
#include "gossip/listener_parts.h"

#include "base/hex.h"
#include "base/num.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { ROOM = 1 << 18 }; /* bytes waiting to be sent at which no more are added */

const char *listener_read_pull(const char *word, int least, int most, const char *line, size_t len,
                               int64_t *count, struct fault *f)
{
    const char *at = line + strlen(word);
    const char *end = line + len;
    const char *space = *at == ' ' ? memchr(at + 1, ' ', (size_t)(end - at - 1)) : NULL;
    if (!space || number_parse(at + 1, (size_t)(space - at - 1), count) || *count < least ||
        *count > most) {
        fault_rule(f, "%s: not %d to %d blocks, and ids", word, least, most);
        return NULL;
    }
    size_t ids = (size_t)(end - space - 1);
    if ((ids + 1) % (2 * ID_LEN + 1) || (ids + 1) / (2 * ID_LEN + 1) > WIRE_LOCATOR_MAX) {
        fault_rule(f, "%s: not 1 to %d ids", word, WIRE_LOCATOR_MAX);
        return NULL;
    }
    return space + 1;
}

void listener_turn_away(struct inbound *peer, const struct fault *why)
{
    peer->state->pulling = false;
    inbound_doom(peer, "full", why);
}

/* What the end of an answer says of the best chain. */
static int ends(const struct view *v, bool light, int64_t *height, uint8_t id[ID_LEN],
                struct fault *f)
{
    return light && v->end ? v->end(v->self, height, id, f) : v->tip(v->self, height, id, f);
}

void listener_put_end(struct listener *l, struct inbound *peer, bool light)
{
    const struct view *v = l->config->view;
    struct fault f;
    char line[128];
    uint8_t tip[ID_LEN];
    int64_t height;
    peer->state->pulling = false;
    if (!v || ends(v, light, &height, tip, &f) <= 0) {
        height = 0;
        memcpy(tip, l->config->chain, ID_LEN);
    }
    int n = snprintf(line, sizeof line, "pulled %" PRId64 " %s\n", height, hex32(tip).text);
    if (session_put(peer->session, line, (size_t)n)) {
        fault_memory(&f);
        listener_turn_away(peer, &f);
    }
}

int64_t listener_first_height(const struct listener *l, const char *ids, size_t n, struct fault *f)
{
    const struct view *v = l->config->view;
    int64_t height;
    int found = v ? v->locate(v->self, ids, n, &height, f) : 0;
    return found > 0 ? height + 1 : found;
}

int take_pull(struct listener *l, struct inbound *peer, const char *line, size_t len,
              struct fault *f)
{
    struct inbound_state *s = peer->state;
    char words[32];
    int64_t count;
    int least = peer->session->theirs.version < 2;
    const char *ids = listener_read_pull("pull", least, WIRE_PULL_MAX, line, len, &count, f);
    if (!ids)
        return -1;
    if (listener_owes(peer))
        return fault_rule(f, "pull: before the last request was answered");
    if (count == 0) {
        listener_put_end(l, peer, false);
        return 0;
    }
    s->pull_left = count;
    s->pull_next = listener_first_height(l, ids, (size_t)(line + len - ids), f);
    if (s->pull_next < 0 && f->kind == FAULT_RULE)
        return -1;
    if (s->pull_next < 0) { /* not the peer's fault: it gets no blocks, and may ask again */
        listener_put_end(l, peer, false);
        return 0;
    }
    s->pulling = true;
    s->pull_headers = false;
    snprintf(words, sizeof words, "%" PRId64, s->pull_next);
    listener_log(l, peer, "pull", NULL, words);
    memset(s->pull_prev, 0, ID_LEN);
    listener_serve(l, peer);
    return 0;
}

/* The block after the last one: 1; 0: there is none, or the best chain has changed; -1 and trouble.
 */
static int put_block(struct listener *l, struct inbound *peer, struct fault *f)
{
    const struct view *v = l->config->view;
    struct inbound_state *s = peer->state;
    struct block block;
    uint8_t id[ID_LEN];
    static const uint8_t none[ID_LEN];
    l->scratch.len = 0;
    int got = v->block(v->self, s->pull_next, &l->scratch, id, f);
    if (got <= 0)
        return got;
    const char *end = memchr(l->scratch.data, '\n', l->scratch.len);
    if (!end || block_parse(l->scratch.data, (size_t)(end - l->scratch.data), &block, f))
        return 0;
    if (memcmp(s->pull_prev, none, ID_LEN) && memcmp(s->pull_prev, block.prev, ID_LEN))
        return 0;
    memcpy(s->pull_prev, id, ID_LEN);
    return session_put(peer->session, l->scratch.data, l->scratch.len) ? fault_memory(f) : 1;
}

void listener_serve(struct listener *l, struct inbound *peer)
{
    struct inbound_state *s = peer->state;
    struct fault f;
    while (s->pulling && !s->pull_headers && session_backlog(peer->session) < ROOM) {
        int put = l->config->view && s->pull_left ? put_block(l, peer, &f) : 0;
        if (put < 0)
            listener_turn_away(peer, &f);
        else if (put == 0)
            listener_put_end(l, peer, false);
        if (put <= 0)
            return;
        s->pull_left--;
        s->pull_next++;
    }
}
