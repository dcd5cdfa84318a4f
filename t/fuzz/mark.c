/* record/mark: a mark that is read gives back the very bytes, and any reason makes a mark. */
#include "record/mark.h"
#include "fuzz.h"

static void check_line(const char *line, size_t len)
{
    struct mark m;
    struct fault f;
    struct buf again = {0};
    char reason[TEXT_MAX + 1];
    if (line_check(line, len, &f))
        return;
    if (mark_parse(line, len, &m, &f)) {
        must(f.kind == FAULT_RULE && f.text[0]);
        return;
    }
    must(mark_is(line, len) && (m.kind == MARK_REFUSED) == (m.reason.len > 0));
    size_t n = m.reason.len ? text_decode(m.reason, reason) : 0;
    reason[n] = '\0';
    if (memchr(reason, '\0', n))
        return; /* words have none */
    must(mark_format(m.kind, m.id, reason, &again) == 0);
    must_equal(again.data, again.len - 1, line, len);
    buf_free(&again);
}

static void check_reason(const char *bytes, size_t n)
{
    static const uint8_t id[ID_LEN];
    char words[2 * TEXT_MAX] = "";
    struct mark m;
    struct fault f;
    struct buf out = {0};
    memcpy(words, bytes, n < sizeof words - 1 ? n : sizeof words - 1);
    must(mark_format(MARK_REFUSED, id, words, &out) == 0);
    must(line_check(out.data, out.len - 1, &f) == 0);
    must(mark_parse(out.data, out.len - 1, &m, &f) == 0 && m.kind == MARK_REFUSED);
    buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const char *bytes = (const char *)data;
    const char *end = n ? memchr(bytes, '\n', n) : NULL;
    check_line(bytes, end ? (size_t)(end - bytes) : n);
    check_reason(bytes, n);
    return 0;
}
