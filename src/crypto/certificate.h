/* X.509 certificates that only carry a key. A TLS peer's account is the raw public key of the
 * certificate that it presents (RFC 8410). */
#ifndef CRYPTO_CERTIFICATE_H
#define CRYPTO_CERTIFICATE_H

#include "crypto/keyfile.h"

/* A certificate and its key, in the form that libssl takes. All zero is empty and owns nothing. */
struct certificate {
    struct x509_st *x509;
    struct evp_pkey_st *pkey;
};

/* Makes a self-signed certificate for *k: CN=gossip, valid for all time. The same key always gives
 * the same bytes. *k may be wiped afterwards. 0, or -1 and trouble, with *c all zero. */
int certificate_make(struct certificate *c, const struct secret_key *k, struct fault *f);
void certificate_free(struct certificate *c);

/* The account that the certificate's key belongs to. Issuer, names and dates are ignored. 0, or -1
 * if the key is not an Ed25519 key or not sound (ed25519_sound). */
int certificate_account(const struct x509_st *x509, uint8_t account[ED25519_KEY_LEN]);

#endif
