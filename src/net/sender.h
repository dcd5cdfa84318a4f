/*
 * What a sender does with the records that it is given, without any I/O: holds them for a while,
 * offers them to its mates (the peers that it dialed), gives what they ask for, and counts who has
 * taken what (gossip(7)).
 *
 * Blocks are offered as briefs. A transaction that is fresh goes first along a stem where that is
 * asked for (Dandelion++, Fanti et al. 2018).
 */
#ifndef NET_SENDER_H
#define NET_SENDER_H

#include "net/session.h"

#define SENDER_MATES_MAX 64
#define SENDER_WINDOW 3072    /* records offered to a mate and neither taken nor given up */
#define SENDER_REOFFER 8192   /* records taken by others that a new mate is offered */
#define SENDER_PATIENCE 60000 /* ms after which a mate is not waited for any more */
#define SENDER_EPOCH 600000   /* ms for which a stem goes to the same mate */
#define SENDER_FLUFF 10       /* one in so many stems becomes fluff at each hop */
#define SENDER_EMBARGO 10000  /* ms, and as many again on average, until a stem is fluff */
#define SENDER_STEMS_MAX 4096

struct mate {
    struct session session;
    char who[72];
    bool doomed; /* to be closed, for what `why` says */
    struct fault why;
    uint64_t taken;           /* records that it took from us */
    struct mate_state *state; /* sender.c's */
};

struct sender_config {
    uint8_t chain[ID_LEN];
    size_t bytes;  /* of records held */
    unsigned need; /* mates that must have taken a record before it is done with */
    int64_t hold;  /* ms for which one that was not taken is held when there is no more room */
    bool stems;    /* send fresh transactions along a stem */
    bool deflate;  /* offer it */
    uint64_t seed;
    /* A line of the input that is no record: its number and what is wrong. */
    void (*refuse)(void *self, uint64_t line, const char *why);
    /* A record that was let go before enough had taken it. */
    void (*late)(void *self, const uint8_t id[ID_LEN]);
    void (*log)(void *self, const char *who, const char *event, const uint8_t *id,
                const char *words); /* NULL: none */
    void *self;
};

struct sender;

/* The config and all that it points to stay the caller's. NULL: no memory. */
struct sender *sender_new(const struct sender_config *config);
void sender_free(struct sender *s);

/* Takes n bytes of whole records. 0, or -1 and trouble. */
int sender_take(struct sender *s, const char *text, size_t n, int64_t now, struct fault *f);

/* Whether it holds so much that it should be given no more for now. */
bool sender_full(struct sender *s, int64_t now);

/* How many records it holds that not enough mates have taken. */
size_t sender_open(const struct sender *s);

/* When a mate last took something; and calls config->late for every record still open. */
int64_t sender_progress(const struct sender *s);
void sender_give_up(struct sender *s);

/* A new mate, its hello waiting in its session. NULL: too many, or no memory. */
struct mate *sender_join(struct sender *s, const char *who, int64_t now);

/* The mate goes, and is freed. */
void sender_leave(struct sender *s, struct mate *m);

/* What its session needs to be handed what came: self is the mate. */
struct session_role sender_role(void);

/* After each turn: offers what is new, and gives what was asked for where there is room. */
void sender_settle(struct sender *s, int64_t now);

#endif
