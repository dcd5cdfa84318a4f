/* gossip/wire: lines of anything; what can be read is written again as it was. */
#include "base/buf.h"
#include "fuzz.h"
#include "wire/wire_refs.h"

static void check_ids(const char *line, size_t len)
{
    uint8_t ids[WIRE_IDS_MAX][ID_LEN];
    struct buf again = {0};
    struct fault f;
    char word[128] = {0};
    int n = wire_ids(line, len, ids, &f);
    must(n == -1 || (n >= 1 && n <= WIRE_IDS_MAX));
    must(n >= 0 || (f.kind == FAULT_RULE && f.text[0]));
    size_t letters = n < 0 ? 0 : len - (size_t)n * (2 * ID_LEN + 1);
    if (n < 0 || letters >= sizeof word || memchr(line, 0, letters))
        return;
    memcpy(word, line, letters);
    must(wire_put_ids(word, (const uint8_t(*)[ID_LEN])ids, (size_t)n, &again) == 0);
    must_equal(again.data, again.len - 1, line, len);
    must(again.data[again.len - 1] == '\n');
    buf_free(&again);
}

/* Whatever names records is written again with the same meaning. */
static void check_refs(const char *line, size_t len)
{
    struct wire_ref refs[WIRE_IDS_MAX], again[WIRE_IDS_MAX];
    struct buf text = {0};
    struct fault f;
    int n = wire_refs(line, len, true, refs, &f);
    must(n == -1 || (n >= 1 && n <= WIRE_IDS_MAX));
    must(n >= 0 || (f.kind == FAULT_RULE && f.text[0]));
    if (n < 0)
        return;
    must(wire_put_refs("want", refs, (size_t)n, &text) == 0 && text.data[text.len - 1] == '\n');
    must(wire_refs(text.data, text.len - 1, true, again, &f) == n);
    for (int i = 0; i < n; i++)
        must(refs[i].number == again[i].number &&
             (refs[i].number >= 0 || memcmp(refs[i].id, again[i].id, ID_LEN) == 0));
    buf_free(&text);
}

static void check_hello(const char *line, size_t len)
{
    struct hello h;
    struct buf again = {0};
    struct fault f;
    bool unknown;
    if (hello_parse(line, len, &h, &unknown, &f)) {
        must(f.kind == FAULT_RULE && f.text[0]);
        return;
    }
    must(!unknown && h.version >= WIRE_VERSION_FIRST && h.version <= WIRE_VERSION &&
         wire_word(line, len) == WIRE_HELLO);
    must(hello_format(&h, &again) == 0);
    must_equal(again.data, again.len - 1, line, len);
    buf_free(&again);
}

/* A line is a word's where it is that word alone, or with a space behind it. */
static void check_word(const char *line, size_t len)
{
    static const char *const words[] = {"hello", "have", "stem",   "want",     "brief",   "short",
                                        "lines", "pull", "pulled", "headers",  "prove",   "taken",
                                        "eager", "lazy", "push",   "accepted", "refused", "later",
                                        "ping",  "pong", "bye"};
    bool known = false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t n = strlen(words[i]);
        known |= len >= n && memcmp(line, words[i], n) == 0 && (len == n || line[n] == ' ');
    }
    must((wire_word(line, len) != WIRE_RECORD) == known);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    for (size_t at = 0; at < n;) {
        const uint8_t *end = memchr(data + at, '\n', n - at);
        size_t len = end ? (size_t)(end - data) - at : n - at;
        char *line = malloc(len + 1); /* with its newline, as whoever calls has it */
        must(line != NULL);
        memcpy(line, data + at, len);
        line[len] = '\n';
        if (len) {
            check_word(line, len);
            check_ids(line, len);
            check_refs(line, len);
            check_hello(line, len);
        }
        free(line);
        at += len + 1;
    }
    return 0;
}
