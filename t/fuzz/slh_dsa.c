/*
 * crypto/slh_dsa_jobs, on edits of a signature that holds, and on any bytes. The input is a list of
 * edits of 4 bytes: the place of a digit, in two; the digit; and what is edited: the signature, the
 * message or the key. It holds if nothing was changed, and in no other case. Checked alone, and
 * among others that hold: the answers agree.
 */
#include "base/hex.h"
#include "crypto/secret_key.h"
#include "crypto/slh_dsa_jobs.h"
#include "fuzz.h"

enum { EDIT = 4, TOGETHER = SLH_DSA_TOGETHER + 1, MESSAGE = 40 };

struct honest {
    struct signature_text signature;
    uint8_t key[SLH_DSA_KEY_LEN];
    char message[MESSAGE];
};

static const struct honest *honest(void)
{
    static struct honest h;
    struct secret_key k;
    struct fault f;
    if (!h.signature.len) {
        must(secret_key_slh_dsa_from_text(&k, "fuzz", 4, &f) == 0);
        must(secret_key_sign_text(&k, h.message, sizeof h.message, &h.signature, &f) == 0);
        memcpy(h.key, k.public, sizeof h.key);
        secret_key_wipe(&k);
    }
    return &h;
}

static bool is_honest(const struct honest *h)
{
    const struct honest *was = honest();
    return memcmp(h->signature.text, was->signature.text, SLH_DSA_HEX_LEN) == 0 &&
           memcmp(h->message, was->message, MESSAGE) == 0 &&
           memcmp(h->key, was->key, sizeof h->key) == 0;
}

static void edit(struct honest *h, const uint8_t e[EDIT])
{
    size_t at = (size_t)e[0] << 8 | e[1];
    if (e[3] < 0xc0)
        h->signature.text[at % SLH_DSA_HEX_LEN] = (char)e[2];
    else if (e[3] < 0xe0)
        h->message[at % MESSAGE] = (char)e[2];
    else
        h->key[at % sizeof h->key] = e[2];
}

static struct sigjob job_of(const struct honest *h)
{
    return (struct sigjob){.key = h->key,
                           .signature = (const uint8_t *)h->signature.text,
                           .message = h->message,
                           .len = sizeof h->message,
                           .scheme = SIGNATURE_SLH_DSA};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct honest h;
    struct sigjob jobs[TOGETHER];
    struct fault f;
    h = *honest();
    for (size_t i = 0; i + EDIT <= n; i += EDIT)
        edit(&h, data + i);
    bool same = is_honest(&h);
    size_t place = n % TOGETHER;
    for (size_t i = 0; i < TOGETHER; i++)
        jobs[i] = job_of(i == place ? &h : honest());
    slh_dsa_check_all(jobs, TOGETHER);
    for (size_t i = 0; i < TOGETHER; i++)
        must(jobs[i].valid == (same || i != place));
    struct sigjob alone = job_of(&h);
    must(sigjob_check(&alone, &f) == same);
    return 0;
}
