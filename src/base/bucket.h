/* Token buckets: a bucket holds at most `burst` tokens and gains one every `every` milliseconds. It
 * reads no clock. */
#ifndef BASE_BUCKET_H
#define BASE_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

struct rate {
    int64_t burst, every; /* every: at least 1 */
};

struct bucket {
    int64_t tokens, filled; /* filled: until when its gains are counted */
};

static inline void bucket_init(struct bucket *b, const struct rate *r, int64_t now)
{
    *b = (struct bucket){.tokens = r->burst, .filled = now};
}

/* Adds n tokens. */
static inline void bucket_add(struct bucket *b, const struct rate *r, int64_t n)
{
    b->tokens = b->tokens + n < r->burst ? b->tokens + n : r->burst;
}

/* Whether the bucket holds a token now. */
static inline bool bucket_has(struct bucket *b, const struct rate *r, int64_t now)
{
    int64_t gained = (now - b->filled) / r->every;
    if (gained > 0) {
        b->filled += gained * r->every;
        bucket_add(b, r, gained);
    }
    return b->tokens > 0;
}

/* Takes a token, if there is one. */
static inline bool bucket_take(struct bucket *b, const struct rate *r, int64_t now)
{
    return bucket_has(b, r, now) && b->tokens--;
}

/* Takes n tokens, even if there are fewer: it then owes them. */
static inline void bucket_spend(struct bucket *b, int64_t n)
{
    b->tokens -= n;
}

#endif
