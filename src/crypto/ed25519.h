/*
 * Ed25519 (RFC 8032, section 5.1) with the acceptance rule of tx(5): S is below the group order,
 * the equation holds without the cofactor, and neither the public key nor R is non-canonical or of
 * small order. This is the rule of libsodium's crypto_sign_verify_detached.
 *
 * Signatures are checked by one of several kernels, all of which give the same answers: the best
 * one that this processor can run, or the one that $PEERUTILS_ED25519_KERNEL names. The portable
 * kernel is libcrypto's. It is loaded (dlopen) at the first signature, so programs that check none
 * start without it. It is initialised without its configuration file, error texts and pre-provider
 * cipher names, for the whole process; TLS (net/tls.h) needs none of these. The other
 * kernels are our own and load nothing.
 *
 * The time that a check takes depends on the signature. It reveals no secret, since none is
 * involved; signing (secret_key.h) is always done by libcrypto.
 */
#ifndef CRYPTO_ED25519_H
#define CRYPTO_ED25519_H

#include "base/fault.h"
#include "crypto/sigjob.h"

#define ED25519_KEY_LEN SIGNATURE_KEY_LEN
#define ED25519_SIGNATURE_LEN 64
#define ED25519_SEED_LEN 32 /* RFC 8032's private key */

/* Chooses the kernel and loads what it needs, once; safe to call from any thread. 0, or -1 and
 * trouble: libcrypto cannot be used, or $PEERUTILS_ED25519_KERNEL does not name a kernel that can
 * run here. */
int ed25519_load(struct fault *f);

/* What a kernel computes about a key, to be reused; numbers have the lowest word first. x belongs
 * to the negative of the key's point, and computing it takes a fifteenth of a verification. All
 * zero means not known (the point with x = 0 never has a valid signature). The far point is a
 * multiple of that point that halves the doublings of every later verification; a kernel may
 * compute it for keys that are used again: whose x it already knew, or of which the caller says so.
 * All zero means not known. */
struct ed25519_point {
    uint64_t x[4], far_x[4], far_y[4];
    bool again;
};

static inline bool ed25519_point_is_known(const struct ed25519_point *p)
{
    return (p->x[0] | p->x[1] | p->x[2] | p->x[3]) != 0;
}

static inline bool ed25519_point_has_far(const struct ed25519_point *p)
{
    return (p->far_x[0] | p->far_x[1] | p->far_x[2] | p->far_x[3]) != 0;
}

/* Answers each of n jobs, all of SIGNATURE_ED25519. points are those of the jobs' keys: what an
 * earlier call found, or all zero, to be filled in by the kernel if it can. NULL: none are known.
 * ed25519_load must have succeeded. Safe to call from any thread. */
void ed25519_check_all(struct sigjob *jobs, struct ed25519_point *points, size_t n);

/* Whether the signature over n bytes is valid under the rule above: 1 or 0, or -1 if there is no
 * memory to find out. ed25519_check_all for a single job. */
int ed25519_check(const uint8_t key[ED25519_KEY_LEN],
                  const uint8_t signature[ED25519_SIGNATURE_LEN], const void *message, size_t n);

/* The same, for callers that treat "cannot be known" as invalid. */
bool ed25519_verify(const uint8_t key[ED25519_KEY_LEN],
                    const uint8_t signature[ED25519_SIGNATURE_LEN], const void *message, size_t n);

/* Whether these 32 bytes are a canonical encoding (y below 2^255-19) of a point that is not of
 * small order. */
bool ed25519_sound(const uint8_t point[32]);

/* The kernels that ed25519_load chooses from, best first, the portable one last; for sigpool, tests
 * and the benchmarks. A NULL name ends the table. */
struct ed25519_kernel {
    const char *name;
    unsigned needs;               /* of the processor: see base/processor.h */
    int (*load)(struct fault *f); /* once, before the first check; 0, or -1 and trouble */
    void (*check)(struct sigjob *jobs, struct ed25519_point *points, size_t n);
    size_t lanes;     /* signatures checked side by side; fewer take as long */
    size_t most;      /* a batch larger than this is not faster per signature */
    bool uses_points; /* otherwise it neither reads nor fills in points */
};
extern const struct ed25519_kernel ed25519_kernels[];

/* The kernel that was chosen. ed25519_load must have succeeded. */
const struct ed25519_kernel *ed25519_chosen(void);

#endif
