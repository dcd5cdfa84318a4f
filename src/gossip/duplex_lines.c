/* What peers say: which half of a connection each line is for. */
#include "gossip/duplex_parts.h"

#include "base/chance.h"

static int greeted(void *self, struct session *s, int64_t now, struct fault *f)
{
    struct duplex_peer *p = self;
    (void)f;
    duplex_keep_one(p);
    duplex_begin_tip(p, now);
    s->measures = duplex_is_two_way(p);
    s->chance = chance_next(&p->all->chance);
    if (p->all->config->sender && (duplex_roles(p) & WIRE_LISTENS) && !p->doomed)
        duplex_start_sending(p, now);
    return p->out ? sender_role().greeted(p->out, s, now, f) : 0;
}

static bool is_verdict(enum wire_word word)
{
    return word == WIRE_ACCEPTED || word == WIRE_REFUSED || word == WIRE_LATER;
}

/* The half that a line is for. */
static bool is_for_sender(enum wire_word word)
{
    return word == WIRE_WANT || word == WIRE_LINES || word == WIRE_TAKEN || word == WIRE_EAGER ||
           word == WIRE_LAZY || is_verdict(word);
}

/* Anyone may ask for what we serve. */
static bool is_request(enum wire_word word)
{
    return word == WIRE_PULL || word == WIRE_ASK_HEADERS || word == WIRE_ASK_PROOF ||
           word == WIRE_ASK_JUMP || word == WIRE_ASK_BALANCE || word == WIRE_ASK_ATTESTS;
}

static int not_its_role(struct duplex_peer *p, enum wire_word word, struct fault *f)
{
    fault_rule(f, "a line that no %s sends", is_for_sender(word) ? "sender" : "listener");
    duplex_say(p, "bad", f->text);
    return -1;
}

static int for_sender(struct duplex_peer *p, enum wire_word word, const char *text, size_t len,
                      int64_t now, struct fault *f)
{
    int failed = sender_role().line(p->out, &p->session, word, text, len, now, f);
    p->eager = p->out->eager;
    duplex_note_reliance(p);
    return failed;
}

/* It waits for a place at the sender: what it says of records is of no use, but how it wants them
 * holds once it has one. */
static int for_nobody(struct duplex_peer *p, enum wire_word word)
{
    if ((word == WIRE_EAGER || word == WIRE_LAZY) && session_is_numbered(&p->session))
        p->eager = word == WIRE_EAGER;
    return 0;
}

static int line(void *self, struct session *s, enum wire_word word, const char *text, size_t len,
                int64_t now, struct fault *f)
{
    struct duplex_peer *p = self;
    unsigned theirs = duplex_roles(p);
    if (p->doomed) {
        *f = p->why;
        return -1;
    }
    if (word == WIRE_PULLED && p->tip.asked)
        return duplex_take_tip(p, text, len, f);
    if (is_verdict(word) && !(theirs & WIRE_VERDICTS))
        return not_its_role(p, word, f);
    if (is_for_sender(word)) {
        if (p->out)
            return for_sender(p, word, text, len, now, f);
        return p->waits || (theirs & WIRE_LISTENS) ? for_nobody(p, word) : not_its_role(p, word, f);
    }
    if (!p->in || (!is_request(word) && !(theirs & WIRE_SENDS)))
        return not_its_role(p, word, f);
    if (p->all->deaf && !is_request(word))
        return 0;
    return listener_role().line(p->in, s, word, text, len, now, f);
}

void duplex_announced(void *peer, const uint8_t id[ID_LEN])
{
    struct duplex_peer *p = peer;
    if (p->out)
        sender_has(p->all->config->sender, p->out, id);
}

struct session_role duplex_role(void)
{
    return (struct session_role){.greeted = greeted, .line = line};
}
