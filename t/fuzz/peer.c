/*
 * record/peer, peers/address and peers/peers: what is read of a peer record, or of an address,
 * gives back the very bytes; a line of a peers file is what it is said to be.
 */
#include "record/peer.h"
#include "base/hex.h"
#include "fuzz.h"
#include "peers/peers.h"

static void check_record(const struct peer *p, const char *line, size_t len)
{
    struct buf again = {0};
    char digits[2 * SIGNATURE_LEN];
    must(p->line.text == line && p->line.len == len && p->time >= 0);
    must(p->address.len <= PEER_ADDRESS_MAX);
    must(peer_format(p, &again) == 0);
    must_equal(again.data, again.len, line, p->line.signed_len);
    hex_encode(digits, p->line.signature, SIGNATURE_LEN);
    must_equal(digits, sizeof digits, line + p->line.signed_len + 1, len - p->line.signed_len - 1);
    buf_free(&again);
}

/* An address that is a number comes back as one, of the same network. */
static void check_numeric(const struct address *a, const struct sockaddr *sa)
{
    char text[ADDRESS_MAX];
    struct address again;
    struct sockaddr_storage other;
    socklen_t len;
    struct fault f;
    address_format(sa, text);
    must(address_parse(text, strlen(text), true, &again, &f) == 0 && again.port == a->port);
    must(address_numeric(&again, &other, &len) == 0);
    must(address_network((struct sockaddr *)&other) == address_network_of(a));
    must(address_is_loopback((struct sockaddr *)&other) == address_is_loopback(sa));
    address_format((struct sockaddr *)&other, again.text);
    must_equal(again.text, strlen(again.text), text, strlen(text));
}

static void check_address(const char *text, size_t n)
{
    struct address a, same;
    struct sockaddr_storage sa;
    socklen_t len;
    struct fault f;
    if (address_parse(text, n, true, &a, &f)) {
        must(f.kind == FAULT_RULE && strncmp(f.text, "address: ", 9) == 0);
        must(address_parse(text, n, false, &a, &f));
        return;
    }
    must_equal(a.text, strlen(a.text), text, n);
    must((a.port == 0) == (address_parse(text, n, false, &same, &f) != 0));
    must(a.host[0] && strlen(a.host) < n && strcspn(a.host, "[] ") == strlen(a.host));
    must(address_network_of(&a) != 0);
    if (address_numeric(&a, &sa, &len) == 0)
        check_numeric(&a, (struct sockaddr *)&sa);
    else
        must(!strchr(a.host, ':'));
}

static void check_line(const char *line, size_t len)
{
    struct target t;
    struct fault f;
    uint8_t chain[ID_LEN];
    int got = peers_line(line, len, &t, chain, &f);
    must(got >= 0 || (f.kind == FAULT_RULE && f.text[0]));
    must((got == 0) == (len == 0 || line[0] == '#'));
    must(got <= 0 || (t.address.port && t.announced == line_is(line, len, "peer") &&
                      (t.has_key || !t.announced)));
}

static void check_operand(const char *line, size_t len)
{
    char *text = malloc(len + 1);
    struct target t;
    struct fault f;
    must(text);
    memcpy(text, line, len);
    text[len] = '\0';
    if (target_parse(text, &t, &f))
        must(f.kind == FAULT_RULE && f.text[0]);
    else
        must(t.has_key == (strchr(text, '@') != NULL) && !t.announced);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const char *line = (const char *)data;
    struct peer p;
    struct fault f;
    if (n > LINE_MAX_LEN)
        return 0;
    check_address(line, n);
    check_line(line, n);
    check_operand(line, n);
    if (line_check(line, n, &f))
        return 0;
    if (peer_parse(line, n, &p, &f) == 0)
        check_record(&p, line, n);
    else
        must(f.kind == FAULT_RULE && f.text[0]);
    return 0;
}
