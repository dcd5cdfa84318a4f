/* Certificates (X.509) that carry a key and nothing else that counts: a TLS peer's account is the
 * raw public key of the one that it shows (RFC 8410). */
#ifndef CRYPTO_CERTIFICATE_H
#define CRYPTO_CERTIFICATE_H

#include "crypto/keyfile.h"

/* A certificate and the key that it is for, as libssl takes them. All zero holds nothing. */
struct certificate {
    struct x509_st *x509;
    struct evp_pkey_st *pkey;
};

/* Makes the certificate of *k: CN=gossip, issued by itself, good for all time; one key gives the
 * same bytes every time. *k may be wiped afterwards. 0, or -1 and trouble, *c all zero then. */
int certificate_make(struct certificate *c, const struct secret_key *k, struct fault *f);
void certificate_free(struct certificate *c);

/* The account of who can sign for this certificate. Who signed it, its names and dates are not
 * looked at. 0, or -1 where its key is no Ed25519 key or is not sound (ed25519_sound). */
int certificate_account(const struct x509_st *x509, uint8_t account[ED25519_KEY_LEN]);

#endif
