/*
 * Which records of a peers file have answered: a text file beside it, PEERS.tried (peers(5)), kept
 * by the programs that dial. The records that answered are held in buckets, of which a network can
 * reach only a few; which ones depends on a secret, PEERS.secret (Heilman et al., "Eclipse Attacks
 * on Bitcoin's Peer-to-Peer Network", 2015, section 7).
 */
#ifndef PEERS_TRIED_H
#define PEERS_TRIED_H

#include "base/fault.h"
#include "peers/address.h"
#include "record/field.h"

#define TRIED_BUCKETS 64    /* buckets of records that answered */
#define TRIED_BUCKET_SIZE 4 /* records in each */
#define TRIED_REACH 4       /* buckets that one network can get into */
#define TRIED_FAILED_MAX                                                                           \
    1024 /* the most records that are remembered although they never answered */
#define TRIED_ANCHORS 2
#define TRIED_FRESH (4 * 3600)  /* s after an answer in which a record is not put to the test */
#define TRIED_STALE (7 * 86400) /* s without an answer, and ... */
#define TRIED_FAILURES 10       /* ... failures in a row after which a record is forgotten */
#define TRIED_SECRET_LEN 32

enum tried_state {
    TRIED_FAILED, /* was dialed, and never answered */
    TRIED_GOOD,   /* has answered */
    TRIED_ANCHOR, /* ... and was among the longest connections when the file was last written */
    TRIED_TEST,   /* ... and is to be dialed soon: if it fails, a new record can replace it */
};

/* A record's key, and the address that it names, in canonical form. All bytes after the text are
 * zero. A key of zeros, `-` in the file, stands for any key: nothing at all answered there. */
struct tried_name {
    uint8_t key[ID_LEN];
    char address[ADDRESS_MAX];
};

struct tried_entry;

/* What is in the file. All zero at first, except for path. */
struct tried {
    const char *path;     /* of the peers file */
    uint64_t broken_line; /* the number of the first line that was skipped; 0: none */
    struct fault broken;  /* what is wrong with it */
    /* Private to tried.c. */
    struct tried_entry *entries;
};

/* Something that happened to a record's address. */
struct tried_event {
    struct tried_name name;
    int64_t time; /* Unix seconds */
    bool answered;
};

/* What is known of a record. */
struct tried_mark {
    enum tried_state state;
    int64_t time;      /* of the last answer or, without any, the last failure */
    unsigned failures; /* in a row */
};

/* Sets *n. key: NULL for any. */
void tried_name(struct tried_name *n, const uint8_t *key, const struct address *a);

/* Reads the file; a missing file is an empty one. 0, or -1 and trouble: what was read before is
 * kept. */
int tried_load(struct tried *t, struct fault *f);
void tried_free(struct tried *t);

/* Whether the record is in the file or, if it is not, its address under any key; *mark is its mark.
 */
bool tried_find(const struct tried *t, const struct tried_name *n, struct tried_mark *mark);

/* Enters n events and, unless NULL, TRIED_ANCHORS anchors (an empty address: none). A record that
 * answers for the first time takes a free slot of its bucket, or replaces a record there that has
 * failed since it last answered. If there is neither, it is not entered, and the record there that
 * has not answered for the longest time is marked for a test. 0, or -1 and trouble. */
int tried_apply(struct tried *t, const uint8_t secret[TRIED_SECRET_LEN],
                const struct tried_event *events, size_t n, const struct tried_name *anchors,
                struct fault *f);

/* tried_listed says that a record is still in the peers file; tried_drop_unlisted drops the entries
 * for which it has not been called since the file was loaded. */
void tried_listed(struct tried *t, const struct tried_name *n);
void tried_drop_unlisted(struct tried *t);

/* Opens the file for an update, creating it if it is missing, and locks it until the descriptor is
 * closed. The descriptor; -1 with errno: EWOULDBLOCK if another program has it locked. */
int tried_lock(const struct tried *t);

/* Replaces the locked file. 0, or -1 and trouble. */
int tried_save(const struct tried *t, struct fault *f);

/* Reads the secret of the peers file with this path, or makes one. 0, or -1 and trouble. */
int tried_secret(const char *peers, uint8_t secret[TRIED_SECRET_LEN], struct fault *f);

/* The bucket of a name, from 0 to count - 1; each network reaches at most `reach` of them. table: a
 * letter that tells tables apart. */
unsigned tried_bucket(const uint8_t secret[TRIED_SECRET_LEN], char table, uint64_t network,
                      const struct tried_name *n, unsigned count, unsigned reach);

#endif
