/* The signature at the end of a line. */
#include "explain/parts.h"

#include "base/hex.h"
#include "crypto/ed25519.h"
#include "slhdsa/slh_dsa.h"

#include <stdio.h>
#include <string.h>

/* The order of the group, 2^252 + 27742317777372353535851937790883648493 (RFC 8032, section 5.1),
 * lowest byte first. */
static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,       0xd6,
                                  0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10};

static bool is_below_order(const uint8_t s[32])
{
    for (int i = 31; i >= 0; i--)
        if (s[i] != order[i])
            return s[i] < order[i];
    return false;
}

/* What is signed, the signature, and a key after the bytes that say which kind of key it is. */
static void put_files(struct explain *x, const struct signing *s, size_t digits, const char *kind)
{
    explain_say(x, "# It signs every byte before the space that precedes it.\nput message ");
    explain_quote(x, s->text, s->len - digits - 1);
    explain_say(x, "\nbytes signature ");
    explain_put(x, s->text + s->len - digits, digits);
    explain_say(x, "\nbytes key.der %s%s\n", kind, hex32(s->by->id).text);
}

static void explain_ed25519(struct explain *x, uint64_t line, const struct signing *s,
                            const char *rule)
{
    const char *signature = s->text + s->len - 2 * SIGNATURE_LEN;
    uint8_t bytes[SIGNATURE_LEN];
    if (hex_decode(bytes, signature, SIGNATURE_LEN))
        return;
    explain_say(x,
                "# The key, and the signature's first half, are valid points of the curve.\n"
                "is_sound %s &&\n    is_sound %.64s",
                hex32(s->by->id).text, signature);
    explain_held_or_no(x, ed25519_sound(s->by->id) && ed25519_sound(bytes), line, rule);
    explain_say(x,
                "# Its second half, reversed, is a number below the order of the group.\n"
                "! is_at_most 1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed \\\n"
                "    \"$(reversed %.64s)\"",
                signature + 64);
    explain_held_or_no(x, is_below_order(bytes + 32), line, rule);
    put_files(x, s, 2 * (size_t)SIGNATURE_LEN, "302a300506032b6570032100");
    explain_say(x, "openssl_agrees");
    explain_held_or_no(x, s->holds, line, rule);
}

static void explain_slh_dsa(struct explain *x, uint64_t line, const struct signing *s,
                            const char *rule)
{
    explain_say(x, "# It signs every byte before the space that precedes it.\nput message ");
    explain_quote(x, s->text, s->len - SLH_DSA_HEX_LEN - 1);
    explain_say(x, "\ndigits=");
    explain_put(x, s->text + s->len - SLH_DSA_HEX_LEN, SLH_DSA_HEX_LEN);
    explain_say(x, "\nslh_dsa_holds %s", hex32(s->by->id).text);
    explain_held_or_no(x, s->holds, line, rule);
}

void explain_signature(struct explain *x, uint64_t line, const struct signing *s)
{
    char rule[64];
    snprintf(rule, sizeof rule, s->rule ? "%s" : "%s: bad signature", s->rule ? s->rule : s->type);
    if (x->ended)
        return;
    if (s->by->form == ACCOUNT_SLH_DSA)
        explain_slh_dsa(x, line, s, rule);
    else
        explain_ed25519(x, line, s, rule);
}

/* --- What scripts need ------------------------------------------------------------------------ */

static bool has_slh_dsa(const struct item *item)
{
    struct tx_signature s;
    for (size_t i = 0; i < item->count; i++)
        for (size_t at = 0;
             item->entries[i].type == &tx_type && tx_next_signature(&item->entries[i].tx, &at, &s);)
            if (s.by.form == ACCOUNT_SLH_DSA)
                return true;
    return false;
}

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

void explain_schemes(struct explain *x)
{
    static const char before[] =
        "\n# ---- Signatures of SLH-DSA ----\n\n"
        "# Whether openssl, 3.5 or later, finds a signature of the message valid; an earlier one\n"
        "# cannot say, and then all of its hashes are computed here.\n"
        "slh_dsa_holds() { # KEY\n"
        "    case $(openssl list -signature-algorithms 2>/dev/null) in\n"
        "    *SLH-DSA-SHA2-128s*)\n"
        "        bytes signature \"$digits\"\n"
        "        bytes key.der 3030300b0609608648016503040314032100\"$1\"\n"
        "        openssl_agrees\n"
        "        return\n"
        "        ;;\n"
        "    esac\n"
        "    for tool in awk mv split; do\n"
        "        command -v \"$tool\" >/dev/null || trouble \"$tool: not found\"\n"
        "    done\n"
        "    slh_dsa_by_hand \"$1\"\n"
        "    case $? in\n"
        "    0) return 0 ;;\n"
        "    3) return 1 ;;\n"
        "    *) trouble 'a signature of SLH-DSA cannot be checked' ;;\n"
        "    esac\n"
        "}\n"
        "slh_dsa_by_hand() ( # KEY\n"
        "set -e\n"
        "bytes() {\n"
        "    printf %s \"$1\" | tr a-f A-F | basenc --base16 -d\n"
        "}\n\n";
    static const char after[] = "find_slh_dsa_root \"s$1\" \"$(cat message)\" \"$digits\"\n"
                                "[ \"$value\" = \"$key_root\" ] || exit 3\n"
                                ")\n";
    bool is_formed = !x->item->broken || begins(x->item->fault.text, "tx: bad signature");
    if (x->knows_slh_dsa || !is_formed || !has_slh_dsa(x->item))
        return;
    x->knows_slh_dsa = true;
    explain_put(x, before, sizeof before - 1);
    explain_put(x, sh_parts_by_hand_slh_dsa, strlen(sh_parts_by_hand_slh_dsa));
    explain_put(x, after, sizeof after - 1);
}
