#include "crypto/ed25519_openssl.h"

#include <dlfcn.h>
#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/opensslv.h>
#include <openssl/provider.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORD(x) #x
#define WORD_OF(macro) WORD(macro)
#define SONAME "libcrypto.so." WORD_OF(OPENSSL_SHLIB_VERSION)

/* The few functions of libcrypto that verification needs; typeof checks them against the header's
 * types. */
#define FUNCTIONS(X)                                                                               \
    X(CRYPTO_set_mem_functions)                                                                    \
    X(OPENSSL_init_crypto)                                                                         \
    X(ERR_clear_error)                                                                             \
    X(OSSL_PROVIDER_try_load)                                                                      \
    X(OSSL_PROVIDER_get0_provider_ctx)                                                             \
    X(OSSL_PROVIDER_query_operation)

/* And its provider's functions, called directly: EVP spends three percent of a verification on
 * preparing a key and a context, most of it on locks and look-ups; the provider spends 0.2 percent.
 * (They are documented in provider-keymgmt(7) and provider-signature(7).) */
#define KEY_FUNCTIONS(X)                                                                           \
    X(keymgmt_new, KEYMGMT_NEW)                                                                    \
    X(keymgmt_free, KEYMGMT_FREE)                                                                  \
    X(keymgmt_import, KEYMGMT_IMPORT)
#define SIGNATURE_FUNCTIONS(X)                                                                     \
    X(signature_newctx, SIGNATURE_NEWCTX)                                                          \
    X(signature_freectx, SIGNATURE_FREECTX)                                                        \
    X(signature_digest_verify_init, SIGNATURE_DIGEST_VERIFY_INIT)                                  \
    X(signature_digest_verify, SIGNATURE_DIGEST_VERIFY)

#define DECLARE(name) __typeof__(name) *name;
#define DECLARE_PROVIDED(name, NAME) OSSL_FUNC_##name##_fn *name;

struct library {
    FUNCTIONS(DECLARE)
    KEY_FUNCTIONS(DECLARE_PROVIDED)
    SIGNATURE_FUNCTIONS(DECLARE_PROVIDED)
    void *provider;    /* parameters that its functions take */
    char trouble[256]; /* why it could not be loaded; empty if it could */
};

static struct library *library(void)
{
    static struct library lib;
    return &lib;
}

/* Whether an allocation by libcrypto has failed in this thread. If so, its verdict on a signature
 * means nothing. */
static bool *memory_failed(void)
{
    static _Thread_local bool failed;
    return &failed;
}

static void *noted(void *memory)
{
    if (!memory)
        *memory_failed() = true;
    return memory;
}

static void *library_malloc(size_t n, const char *file, int line)
{
    (void)file, (void)line;
    return noted(malloc(n ? n : 1));
}

static void *library_realloc(void *old, size_t n, const char *file, int line)
{
    (void)file, (void)line;
    return noted(realloc(old, n ? n : 1));
}

static void library_free(void *old, const char *file, int line)
{
    (void)file, (void)line;
    free(old);
}

/* Gets a function from dlsym, which returns an object pointer, in the way that POSIX suggests. */
static int find(void *handle, const char *name, void *function)
{
    void *address = dlsym(handle, name);
    memcpy(function, &address, sizeof address);
    return address ? 0 : -1;
}

/* The provider's functions for Ed25519 in an operation; NULL if it has none. */
static const OSSL_DISPATCH *algorithm(const struct library *lib, OSSL_PROVIDER *p, int operation)
{
    static const char name[] = "ED25519";
    int no_store;
    const OSSL_ALGORITHM *a = lib->OSSL_PROVIDER_query_operation(p, operation, &no_store);
    for (; a && a->algorithm_names; a++) /* such as ED25519:1.3.101.112 */
        if (strncmp(a->algorithm_names, name, sizeof name - 1) == 0 &&
            strchr(":", a->algorithm_names[sizeof name - 1]))
            return a->implementation;
    return NULL;
}

/* Collects the provider's functions. 0, or -1 if one is missing. */
static int find_provided(struct library *lib)
{
    OSSL_PROVIDER *p = lib->OSSL_PROVIDER_try_load(NULL, "default", 1);
    const OSSL_DISPATCH *key = p ? algorithm(lib, p, OSSL_OP_KEYMGMT) : NULL;
    const OSSL_DISPATCH *signature = p ? algorithm(lib, p, OSSL_OP_SIGNATURE) : NULL;
#define TAKE(name, NAME)                                                                           \
    if (d->function_id == OSSL_FUNC_##NAME)                                                        \
        lib->name = OSSL_FUNC_##name(d);
    for (const OSSL_DISPATCH *d = key; d && d->function_id; d++) {
        KEY_FUNCTIONS(TAKE)
    }
    for (const OSSL_DISPATCH *d = signature; d && d->function_id; d++) {
        SIGNATURE_FUNCTIONS(TAKE)
    }
#define IS_MISSING(name, NAME) !lib->name ||
    if (KEY_FUNCTIONS(IS_MISSING) SIGNATURE_FUNCTIONS(IS_MISSING) 0)
        return -1;
    lib->provider = lib->OSSL_PROVIDER_get0_provider_ctx(p);
    return 0;
}

/* Leaves out libcrypto's configuration file, error texts, and tables of pre-provider names, which
 * take longer than some signatures; and its exit handler, since other threads may still be running
 * then. */
static int start(struct library *lib, void *handle)
{
#define FIND(name) find(handle, #name, &lib->name) ||
    if (FUNCTIONS(FIND) 0)
        return -1;
    /* fails if the process has already allocated memory through libcrypto */
    lib->CRYPTO_set_mem_functions(library_malloc, library_realloc, library_free);
    uint64_t options = OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT |
                       OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS | OPENSSL_INIT_NO_ADD_ALL_CIPHERS |
                       OPENSSL_INIT_NO_ADD_ALL_DIGESTS;
    return lib->OPENSSL_init_crypto(options, NULL) == 1 ? find_provided(lib) : -1;
}

void ed25519_openssl_prepare(void)
{
    __typeof__(CRYPTO_set_mem_functions) *set;
    void *handle = dlopen(SONAME, RTLD_NOW | RTLD_LOCAL);
    if (handle && find(handle, "CRYPTO_set_mem_functions", &set) == 0)
        set(library_malloc, library_realloc, library_free);
}

static void load(void)
{
    struct library *lib = library();
    void *handle = dlopen(SONAME, RTLD_NOW | RTLD_LOCAL);
    if (!handle)
        snprintf(lib->trouble, sizeof lib->trouble, "cannot load libcrypto: %s", dlerror());
    else if (start(lib, handle))
        snprintf(lib->trouble, sizeof lib->trouble, "%s cannot be used", SONAME);
    else if (*memory_failed()) /* so its results cannot be trusted */
        snprintf(lib->trouble, sizeof lib->trouble, "out of memory");
}

int ed25519_openssl_load(struct fault *f)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    if (pthread_once(&once, load))
        return fault_trouble(f, "cannot load libcrypto");
    return *library()->trouble ? fault_trouble(f, "%s", library()->trouble) : 0;
}

/* A provider key, or NULL. */
static void *key_new(const struct library *lib, const uint8_t *bytes)
{
    OSSL_PARAM parts[] = {{.key = OSSL_PKEY_PARAM_PUB_KEY,
                           .data_type = OSSL_PARAM_OCTET_STRING,
                           .data = (void *)(uintptr_t)bytes,
                           .data_size = ED25519_KEY_LEN},
                          {0}};
    void *key = lib->keymgmt_new(lib->provider);
    if (key && lib->keymgmt_import(key, OSSL_KEYMGMT_SELECT_PUBLIC_KEY, parts) == 1)
        return key;
    if (key)
        lib->keymgmt_free(key);
    return NULL;
}

/* libcrypto itself refuses an S that is not below the group order, and compares R as bytes. */
static void check(struct sigjob *job)
{
    const struct library *lib = library();
    job->valid = job->unknown = false;
    if (!ed25519_sound(job->key) || !ed25519_sound(job->signature))
        return;
    *memory_failed() = false;
    void *ready = key_new(lib, job->key);
    void *ctx = lib->signature_newctx(lib->provider, NULL);
    job->valid = ready && ctx && lib->signature_digest_verify_init(ctx, NULL, ready, NULL) == 1 &&
                 lib->signature_digest_verify(ctx, job->signature, ED25519_SIGNATURE_LEN,
                                              job->message, job->len) == 1;
    if (ctx)
        lib->signature_freectx(ctx);
    if (ready)
        lib->keymgmt_free(ready);
    if (!job->valid)
        lib->ERR_clear_error();
    job->unknown = !job->valid && *memory_failed();
}

void ed25519_openssl_check(struct sigjob *jobs, struct ed25519_point *points, size_t n)
{
    (void)points;
    for (size_t i = 0; i < n; i++)
        check(&jobs[i]);
}
