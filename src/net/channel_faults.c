/* Why a channel has failed, in words. */
#include "crypto/errors.h"
#include "net/tls_parts.h"

#include <errno.h>

struct meaning {
    int reason;
    const char *text;
};

#define NO_TLS "the peer does not speak TLS"
#define NO_TLS_1_3 "the peer speaks no TLS 1.3"
#define NOTHING_SHARED "the peer refused: it has no Ed25519 certificate, or no cipher of ours"
#define REFUSED "the peer refused our certificate"
#define NOTHING_SPOKEN NULL /* the protocol's own words */

/* The same text for a fault whether the peer's alert reports it or this side finds it. */
static const struct meaning meanings[] = {
    {SSL_R_WRONG_VERSION_NUMBER, NO_TLS},
    {SSL_R_HTTP_REQUEST, NO_TLS},
    {SSL_R_HTTPS_PROXY_REQUEST, NO_TLS},
    {SSL_R_BAD_RECORD_TYPE, NO_TLS},
    {SSL_R_UNSUPPORTED_PROTOCOL, NO_TLS_1_3},
    {SSL_R_UNKNOWN_PROTOCOL, NO_TLS_1_3},
    {SSL_R_VERSION_TOO_LOW, NO_TLS_1_3},
    {SSL_R_TLSV1_ALERT_PROTOCOL_VERSION, NO_TLS_1_3},
    {SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE, NOTHING_SHARED},
    {SSL_R_TLSV1_ALERT_INSUFFICIENT_SECURITY, NOTHING_SHARED},
    {SSL_R_NO_SHARED_CIPHER, NOTHING_SHARED},
    {SSL_R_NO_SUITABLE_KEY_SHARE, NOTHING_SHARED},
    {SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS, NOTHING_SHARED},
    {SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM, NOTHING_SHARED},
    {SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE, CHANNEL_NO_CERTIFICATE},
    {SSL_R_CERTIFICATE_VERIFY_FAILED, CHANNEL_NO_CERTIFICATE},
    {SSL_R_WRONG_SIGNATURE_TYPE, CHANNEL_NO_CERTIFICATE},
    {SSL_R_WRONG_CERTIFICATE_TYPE, CHANNEL_NO_CERTIFICATE},
    {SSL_R_UNKNOWN_CERTIFICATE_TYPE, CHANNEL_NO_CERTIFICATE},
    {SSL_R_SSLV3_ALERT_BAD_CERTIFICATE, REFUSED},
    {SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE, REFUSED},
    {SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN, REFUSED},
    {SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED, REFUSED},
    {SSL_R_TLSV1_ALERT_UNKNOWN_CA, REFUSED},
    {SSL_R_TLSV1_ALERT_ACCESS_DENIED, REFUSED},
    {SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED, REFUSED},
    {SSL_R_NO_APPLICATION_PROTOCOL, NOTHING_SPOKEN},
    {SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL, NOTHING_SPOKEN},
    {SSL_R_EXCESSIVE_MESSAGE_SIZE, "the peer shows too large a certificate"},
};

/* The fault that libssl reports. */
static int explain(const struct channel *c, struct fault *f)
{
    const char *words;
    int reason = errors_take(&words);
    if (!reason)
        return fault_trouble(f, "libssl: %s", words ? words : "it failed");
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
        if (meanings[i].reason == reason)
            return fault_rule(f, "%s", meanings[i].text ? meanings[i].text : c->protocol->missing);
    return words ? fault_rule(f, "the peer breaks TLS: %s", words)
                 : fault_rule(f, "the peer breaks TLS (reason %d of libssl)", reason);
}

int channel_lost(const struct channel *c, struct fault *f)
{
    if (!c->error || c->error == ECONNRESET || c->error == EPIPE)
        return fault_trouble(f, "closed");
    errno = c->error;
    return fault_errno(f, "the connection failed");
}

int channel_answer(struct channel *c, int answer, struct fault *f)
{
    int what = SSL_get_error(c->ssl, answer);
    c->waits_to_write = what == SSL_ERROR_WANT_WRITE;
    if (what == SSL_ERROR_WANT_READ || what == SSL_ERROR_WANT_WRITE)
        return 0;
    c->broken = what != SSL_ERROR_ZERO_RETURN;
    int result = what == SSL_ERROR_ZERO_RETURN ? fault_trouble(f, "closed")
                 : c->lost                     ? channel_lost(c, f)
                                               : explain(c, f);
    errors_clear();
    return result;
}
