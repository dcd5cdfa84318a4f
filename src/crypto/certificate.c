#include "crypto/certificate.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

static int set_name(X509 *x)
{
    X509_NAME *name = X509_get_subject_name(x);
    return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const uint8_t *)"gossip", -1, -1,
                                      0) == 1 &&
                   X509_set_issuer_name(x, name) == 1
               ? 0
               : -1;
}

static int set_times(X509 *x)
{
    return ASN1_TIME_set_string_X509(X509_getm_notBefore(x), "19700101000000Z") == 1 &&
                   ASN1_TIME_set_string_X509(X509_getm_notAfter(x), "99991231235959Z") == 1
               ? 0
               : -1;
}

static int fill(X509 *x, EVP_PKEY *pkey)
{
    return X509_set_version(x, X509_VERSION_3) == 1 &&
                   ASN1_INTEGER_set(X509_get_serialNumber(x), 1) == 1 && !set_name(x) &&
                   !set_times(x) && X509_set_pubkey(x, pkey) == 1 && X509_sign(x, pkey, NULL) > 0
               ? 0
               : -1;
}

int certificate_make(struct certificate *c, const struct secret_key *k, struct fault *f)
{
    c->pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, k->seed, ED25519_SEED_LEN);
    c->x509 = X509_new();
    if (c->pkey && c->x509 && !fill(c->x509, c->pkey))
        return 0;
    certificate_free(c);
    ERR_clear_error();
    return fault_trouble(f, "libcrypto cannot make a certificate");
}

void certificate_free(struct certificate *c)
{
    X509_free(c->x509);
    EVP_PKEY_free(c->pkey);
    *c = (struct certificate){0};
}

int certificate_account(const struct x509_st *x509, uint8_t account[ED25519_KEY_LEN])
{
    size_t n = ED25519_KEY_LEN;
    const EVP_PKEY *pkey = X509_get0_pubkey(x509);
    int result = pkey && EVP_PKEY_get_base_id(pkey) == EVP_PKEY_ED25519 &&
                         EVP_PKEY_get_raw_public_key(pkey, account, &n) == 1 &&
                         n == ED25519_KEY_LEN && ed25519_sound(account)
                     ? 0
                     : -1;
    ERR_clear_error();
    return result;
}
