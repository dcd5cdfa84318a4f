#include "sync/pull_peer.h"

#include "base/hex.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { OPENING_MAX = 15000 }; /* ms from dialing a peer to its hello */

/* --- Runs ------------------------------------------------------------------------------------- */

void pull_run_log(const struct pull_run *run, const char *who, const char *event, const uint8_t *id,
                  const char *words)
{
    run->log(run->self, who, event, id, words);
}

bool pull_run_gives_up(struct pull_run *run, int64_t now)
{
    char words[48];
    if (run->gave_up || now - run->progress < run->patience)
        return run->gave_up;
    run->gave_up = true;
    snprintf(words, sizeof words, "nothing new for %" PRId64 " s", run->patience / 1000);
    run->warn(run->self, NULL, words);
    return true;
}

static void unreached(void *self, const char *address, const uint8_t *account,
                      const struct fault *why)
{
    const struct pull_run *run = self;
    struct hex32 key = account ? hex32(account) : (struct hex32){""};
    const char *who = account ? key.text : address;
    if (run->ending)
        return;
    pull_run_log(run, who, why->kind == FAULT_RULE ? "bad" : "unreached", NULL, why->text);
    if (why->kind != FAULT_NONE)
        run->warn(run->self, who, why->text);
}

static void complain(void *self, const char *words)
{
    const struct pull_run *run = self;
    run->warn(run->self, NULL, words);
}

static const struct fault *doomed(void *self, void *peer)
{
    const struct pull_peer *p = peer;
    (void)self;
    return p->doomed ? &p->why : NULL;
}

struct peer_owner pull_run_owner(struct pull_run *run)
{
    return (struct peer_owner){
        .doomed = doomed, .unreached = unreached, .complain = complain, .self = run};
}

void pull_run_dials(struct client_config *dialing, const uint8_t chain[ID_LEN], bool once,
                    const struct peer_owner *owner)
{
    memcpy(dialing->chain, chain, ID_LEN);
    dialing->has_chain = true;
    dialing->once = once;
    dialing->ourselves = false;
    dialing->opening = OPENING_MAX;
    dialing->owner = owner;
}

/* --- Peers ------------------------------------------------------------------------------------ */

int pull_peer_init(struct pull_peer *p, struct pull_run *run, const struct peer_link *link,
                   const struct hello *ours, int64_t now)
{
    struct hello hello = *ours;
    hello.version = link->version;
    p->run = run;
    p->address = link->address;
    snprintf(p->who, sizeof p->who, "%.71s",
             link->account ? hex32(link->account).text : link->address);
    return session_init(&p->session, &hello, now);
}

void pull_peer_greeted(struct pull_peer *p, int64_t now)
{
    char words[160];
    p->greeted = true;
    p->run->progress = now;
    snprintf(words, sizeof words, "%s %s", p->address, p->session.coding ? "deflate" : "plain");
    pull_run_log(p->run, p->who, "in", NULL, words);
}

void pull_peer_tell(struct pull_peer *p, const uint8_t *id, const char *why)
{
    if (p->reported)
        return;
    p->reported = true;
    pull_run_log(p->run, p->who, "bad", id, why);
    p->run->warn(p->run->self, p->who, why);
}

void pull_peer_tell_end(struct pull_peer *p, bool broke, const char *why)
{
    if (broke) {
        pull_peer_tell(p, NULL, why);
    } else if (!p->reported) {
        p->reported = true;
        p->run->warn(p->run->self, p->who, why);
    }
}

void pull_peer_doom(struct pull_peer *p, const char *word)
{
    if (p->doomed)
        return;
    p->doomed = true;
    p->session.word = word;
    fault_trouble(&p->why, "%s", word);
}

void pull_peer_drop(struct pull_peer *p, const uint8_t *id, const struct fault *why)
{
    pull_peer_tell(p, id, why->text);
    p->bad = true;
    pull_peer_doom(p, "bad");
}

int pull_peer_blame(struct pull_peer *p, const struct fault *f)
{
    if (f->kind != FAULT_RULE) {
        p->run->failed = true;
        p->run->fault = *f;
    }
    return -1;
}

bool pull_peer_left(struct pull_peer *p, const struct fault *why)
{
    bool broke = !p->doomed && why->kind == FAULT_RULE && !p->session.over;
    char words[SESSION_BYTES_WORDS];
    p->over = true;
    p->bad |= broke;
    if (!p->greeted)
        return broke;
    session_bytes_words(&p->session, words);
    pull_run_log(p->run, p->who, "bytes", NULL, words);
    pull_run_log(p->run, p->who, "out", NULL, why->text);
    return broke;
}
