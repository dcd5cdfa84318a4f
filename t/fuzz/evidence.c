/*
 * record/evidence: two lines that make an accusation. Whatever they are, it is told apart whether
 * they convict their signer; in no order but one; and never of a line and itself.
 */
#include "record/evidence.h"
#include "fuzz.h"

/* A line of a kind that is evidence, in its form. */
static bool read_line(const char *text, size_t len, struct evidence *e)
{
    struct field x[FIELDS_MAX];
    struct fault f;
    if (len > LINE_MAX_LEN || line_check(text, len, &f))
        return false;
    fields_split(text, len, x);
    const struct evidence_kind *kind = evidence_kind_of(x[0]);
    if (!kind)
        return false;
    if (evidence_parse(kind, (struct field){text, len}, e, &f)) {
        must(f.kind == FAULT_RULE && f.text[0]);
        return false;
    }
    return true;
}

static void check_line(const struct evidence *e)
{
    struct field message = evidence_message(e);
    struct fault f;
    must(e->signature.len == 2 * (size_t)SIGNATURE_LEN);
    must(message.text == e->text.text && message.len + 1 + e->signature.len == e->text.len);
    must(evidence_check(e, e, &f) && f.kind == FAULT_RULE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const char *text = (const char *)data, *end = n ? memchr(data, '\n', n) : NULL;
    struct evidence one, other;
    struct fault f;
    if (!end || !read_line(text, (size_t)(end - text), &one))
        return 0;
    check_line(&one);
    if (!read_line(end + 1, n - 1 - (size_t)(end - text), &other))
        return 0;
    check_line(&other);
    int convicts = evidence_check(&one, &other, &f) == 0;
    must(!convicts || (one.kind == other.kind && memcmp(one.key, other.key, ID_LEN) == 0));
    must(!convicts || evidence_check(&other, &one, &f));
    return 0;
}
