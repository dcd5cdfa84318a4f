#include "crypto/ed25519.h"

#include <dlfcn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/opensslv.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORD(x) #x
#define WORD_OF(macro) WORD(macro)
#define SONAME "libcrypto.so." WORD_OF(OPENSSL_SHLIB_VERSION)

/* The few functions of libcrypto that verification needs; typeof keeps to the header's types. */
#define FUNCTIONS(X)                                                                               \
    X(OPENSSL_init_crypto)                                                                         \
    X(ERR_clear_error)                                                                             \
    X(EVP_PKEY_CTX_new_from_name)                                                                  \
    X(EVP_PKEY_CTX_free)                                                                           \
    X(EVP_PKEY_fromdata_init)                                                                      \
    X(EVP_PKEY_fromdata)                                                                           \
    X(EVP_PKEY_free)                                                                               \
    X(EVP_MD_CTX_new)                                                                              \
    X(EVP_MD_CTX_free)                                                                             \
    X(EVP_DigestVerifyInit)                                                                        \
    X(EVP_DigestVerify)

#define DECLARE(name) __typeof__(name) *name;

struct library {
    FUNCTIONS(DECLARE)
    pthread_key_t at_thread_end;
    char trouble[256]; /* why it is not there; empty: it is */
};

/* A key made ready. */
struct slot {
    EVP_MD_CTX *ctx; /* NULL: the slot is empty */
    uint8_t key[ED25519_KEY_LEN];
};

enum { SLOTS = 64 };

/* What a thread keeps between signatures: making a key ready costs about as much as three in a
 * hundred verifications, and an account's transactions often come together. */
struct verifier {
    EVP_PKEY_CTX *maker; /* of keys */
    struct slot slots[SLOTS];
};

static struct library *library(void)
{
    static struct library lib;
    return &lib;
}

static void verifier_free(void *self)
{
    const struct library *lib = library();
    struct verifier *v = self;
    for (int i = 0; i < SLOTS; i++)
        lib->EVP_MD_CTX_free(v->slots[i].ctx);
    lib->EVP_PKEY_CTX_free(v->maker);
    free(v);
}

/* POSIX's way to read a function out of dlsym, which gives an object's address. */
static int find(void *handle, const char *name, void *function)
{
    void *address = dlsym(handle, name);
    memcpy(function, &address, sizeof address);
    return address ? 0 : -1;
}

/* Not its configuration file, error texts, and tables of names from before it had providers, which
 * take longer than some signatures; and nothing at exit, where other threads may still be at work.
 */
static int start(struct library *lib, void *handle)
{
#define FIND(name) find(handle, #name, &lib->name) ||
    if (FUNCTIONS(FIND) pthread_key_create(&lib->at_thread_end, verifier_free))
        return -1;
    uint64_t options = OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT |
                       OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS | OPENSSL_INIT_NO_ADD_ALL_CIPHERS |
                       OPENSSL_INIT_NO_ADD_ALL_DIGESTS;
    return lib->OPENSSL_init_crypto(options, NULL) == 1 ? 0 : -1;
}

static void load(void)
{
    struct library *lib = library();
    void *handle = dlopen(SONAME, RTLD_NOW | RTLD_LOCAL);
    if (!handle)
        snprintf(lib->trouble, sizeof lib->trouble, "cannot load libcrypto: %s", dlerror());
    else if (start(lib, handle))
        snprintf(lib->trouble, sizeof lib->trouble, "%s cannot be used", SONAME);
}

int ed25519_load(struct fault *f)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    if (pthread_once(&once, load))
        return fault_trouble(f, "cannot load libcrypto");
    return *library()->trouble ? fault_trouble(f, "%s", library()->trouble) : 0;
}

/* y of the points of order 1, 2, 4 and 8, where it is no small number and not p - 1; the sign bit
 * is not part of it. */
static const uint8_t small_order[2][32] = {
    {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4,
     0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6,
     0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
    {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
     0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
     0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
};

/* Whether bytes 1 to 30 are all x, and the last one is too, or is it without its sign bit. */
static bool middle_is(const uint8_t point[32], uint8_t x)
{
    for (int i = 1; i < 31; i++)
        if (point[i] != x)
            return false;
    return (point[31] & 0x7f) == (x & 0x7f);
}

/* p is 2^255 - 19, 0xed 0xff ... 0xff 0x7f: what is not below it, and p - 1 of order 2, begins with
 * 0xec or more; 0 of order 4 and 1 of order 1 are the two least numbers. */
bool ed25519_sound(const uint8_t point[32])
{
    if ((point[0] >= 0xec && middle_is(point, 0xff)) || (point[0] <= 1 && middle_is(point, 0)))
        return false;
    for (int i = 0; i < 2; i++)
        if (memcmp(point, small_order[i], 31) == 0 && (point[31] & 0x7f) == small_order[i][31])
            return false;
    return true;
}

static struct verifier *verifier_new(const struct library *lib)
{
    struct verifier *v = calloc(1, sizeof *v);
    if (!v)
        return NULL;
    v->maker = lib->EVP_PKEY_CTX_new_from_name(NULL, "ED25519", NULL);
    if (v->maker && lib->EVP_PKEY_fromdata_init(v->maker) == 1 &&
        pthread_setspecific(lib->at_thread_end, v) == 0)
        return v;
    verifier_free(v);
    return NULL;
}

/* This thread's own, or NULL: no memory. */
static struct verifier *verifier(const struct library *lib)
{
    static _Thread_local struct verifier *mine;
    if (!mine)
        mine = verifier_new(lib);
    return mine;
}

static EVP_MD_CTX *context_new(const struct library *lib, EVP_PKEY_CTX *maker, const uint8_t *key)
{
    EVP_PKEY *pkey = NULL;
    OSSL_PARAM parts[] = {{.key = OSSL_PKEY_PARAM_PUB_KEY,
                           .data_type = OSSL_PARAM_OCTET_STRING,
                           .data = (void *)(uintptr_t)key,
                           .data_size = ED25519_KEY_LEN},
                          {0}};
    if (lib->EVP_PKEY_fromdata(maker, &pkey, EVP_PKEY_PUBLIC_KEY, parts) != 1)
        return NULL;
    EVP_MD_CTX *ctx = lib->EVP_MD_CTX_new();
    if (ctx && lib->EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, pkey) != 1) {
        lib->EVP_MD_CTX_free(ctx);
        ctx = NULL;
    }
    lib->EVP_PKEY_free(pkey); /* the context holds it */
    return ctx;
}

/* A context that is about to verify under this key, or NULL. */
static EVP_MD_CTX *context(const struct library *lib, struct verifier *v, const uint8_t *key)
{
    struct slot *s = &v->slots[key[0] % SLOTS];
    if (s->ctx && memcmp(s->key, key, sizeof s->key) == 0 &&
        lib->EVP_DigestVerifyInit(s->ctx, NULL, NULL, NULL, NULL) == 1)
        return s->ctx;
    lib->EVP_MD_CTX_free(s->ctx);
    s->ctx = context_new(lib, v->maker, key);
    memcpy(s->key, key, sizeof s->key);
    return s->ctx;
}

/* libcrypto itself refuses an S that is not below the group order, and compares R as bytes. */
bool ed25519_verify(const uint8_t key[ED25519_KEY_LEN],
                    const uint8_t signature[ED25519_SIGNATURE_LEN], const void *message, size_t n)
{
    const struct library *lib = library();
    if (!ed25519_sound(key) || !ed25519_sound(signature))
        return false;
    struct verifier *v = verifier(lib);
    EVP_MD_CTX *ctx = v ? context(lib, v, key) : NULL;
    bool valid = ctx &&
                 lib->EVP_DigestVerify(ctx, signature, ED25519_SIGNATURE_LEN, message, n) == 1;
    if (!valid)
        lib->ERR_clear_error();
    return valid;
}
