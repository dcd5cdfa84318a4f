/* crypto/certificate, on a certificate of any bytes that a TLS peer may show: an account is the
 * bytes of the certificate's own key, and sound. */
#include "crypto/certificate.h"
#include "fuzz.h"

#include <openssl/x509.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    uint8_t account[ED25519_KEY_LEN];
    const uint8_t *at = data;
    struct fault f;
    X509 *x = d2i_X509(NULL, &at, (long)n);
    must(ed25519_load(&f) == 0);
    if (x && certificate_account(x, account) == 0) {
        /* a bit string may leave away bits of the last byte */
        must(memmem(data, n, account, sizeof account - 1));
        must(ed25519_sound(account));
    }
    X509_free(x);
    return 0;
}
