/*
 * Ed25519 (RFC 8032) with the acceptance rule of tx(5): S below the group order, the equation
 * without the cofactor, and a public key or R that is not canonical or is of small order refused.
 * That is what libsodium's crypto_sign_verify_detached accepts.
 *
 * Signatures are checked by one of several kernels, all of which give the same answers: the best
 * that this processor has, or the one that $PEERUTILS_ED25519_KERNEL names. The portable one is
 * libcrypto's, and loaded when the first signature comes (dlopen), so that programs that check none
 * start without it. It is started lean (no configuration file, no error texts, no names of ciphers
 * from before providers), which holds for the whole process; TLS (net/tls.h) needs no more of it.
 * The others are our own, and load nothing.
 *
 * Checking takes longer for some signatures than for others. There is no secret in it that this
 * could tell; signing (keyfile.h) is libcrypto's alone.
 */
#ifndef CRYPTO_ED25519_H
#define CRYPTO_ED25519_H

#include "base/fault.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ED25519_KEY_LEN 32
#define ED25519_SIGNATURE_LEN 64

struct sigjob {
    const uint8_t *key;       /* ED25519_KEY_LEN bytes; this and the next two stay the caller's */
    const uint8_t *signature; /* ED25519_SIGNATURE_LEN bytes */
    const void *message;
    size_t len;
    bool valid;   /* the answer */
    bool unknown; /* there was no memory to find it */
};

/* Chooses the kernel and loads what it needs, once; safe to call from any thread. 0, or -1 and
 * trouble: libcrypto cannot be used, or $PEERUTILS_ED25519_KERNEL names none that can. */
int ed25519_load(struct fault *f);

/* What a kernel finds out about a key, numbers with the lowest word first. x is that of the
 * negative of its point, which takes a fifteenth of a verification; all zero: it is not known (and
 * such a point is never one whose signatures hold). The far point is a multiple of that point which
 * halves the doublings of every later verification: a kernel may find it for keys whose x was known
 * before. All zero: it is not known. */
struct ed25519_point {
    uint64_t x[4], far_x[4], far_y[4];
};

static inline bool ed25519_point_is_known(const struct ed25519_point *p)
{
    return (p->x[0] | p->x[1] | p->x[2] | p->x[3]) != 0;
}

static inline bool ed25519_point_has_far(const struct ed25519_point *p)
{
    return (p->far_x[0] | p->far_x[1] | p->far_x[2] | p->far_x[3]) != 0;
}

/* Answers each of n jobs. points are those of their keys: what was found for the same key before,
 * or all zero, and then they may be filled in; NULL: none is known. ed25519_load must have given 0.
 * Safe to call from any thread. */
void ed25519_check_all(struct sigjob *jobs, struct ed25519_point *points, size_t n);

/* Whether the signature over n bytes holds under the rule above: 1 or 0, or -1: there is no memory
 * to find out. As ed25519_check_all of one. */
int ed25519_check(const uint8_t key[ED25519_KEY_LEN],
                  const uint8_t signature[ED25519_SIGNATURE_LEN], const void *message, size_t n);

/* The same for whom it is all one whether it does not hold or cannot be known. */
bool ed25519_verify(const uint8_t key[ED25519_KEY_LEN],
                    const uint8_t signature[ED25519_SIGNATURE_LEN], const void *message, size_t n);

/* Whether these 32 bytes are a canonical encoding (y below 2^255-19) and not of a point of small
 * order. */
bool ed25519_sound(const uint8_t point[32]);

/* The kernels that ed25519_load chooses from, best first, the last one portable; for sigpool, tests
 * and the bench. A NULL name ends the table. */
struct ed25519_kernel {
    const char *name;
    unsigned needs;               /* of the processor: see base/processor.h */
    int (*load)(struct fault *f); /* once before the first check; 0, or -1 and trouble */
    void (*check)(struct sigjob *jobs, struct ed25519_point *points, size_t n);
    size_t lanes;     /* signatures that it checks side by side: fewer take as long */
    size_t most;      /* above which it gains nothing by getting more at once */
    bool uses_points; /* else it neither looks at points nor fills them in */
};
extern const struct ed25519_kernel ed25519_kernels[];

/* The one chosen. ed25519_load must have given 0. */
const struct ed25519_kernel *ed25519_chosen(void);

#endif
