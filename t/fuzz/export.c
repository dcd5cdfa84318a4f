/*
 * export/json, tsv and hledger over any bytes: every line of fields is an object that gives the
 * same line again, and what is made of a chain is lines of the form that was promised.
 */
#include "export/hledger.h"
#include "export/json.h"
#include "export/text.h"
#include "export/tsv.h"
#include "export/unjson.h"
#include "fuzz.h"

static void check_objects(const char *bytes, size_t len)
{
    struct span rest = {bytes, len};
    struct lines *lines = lines_new(source_memory(&rest), 1, 0);
    struct json j = {.strings = len & 1};
    struct unjson u = {.scratch = {0}};
    struct buf object = {0}, again = {0};
    struct line line;
    struct fault f;
    must(lines);
    for (; lines_next(lines, &line, &f) > 0; object.len = again.len = 0) {
        if (line.state == LINE_LONG || line_check(line.text, line.len, &f))
            continue;
        must(json_put(&j, line.text, line.len, &object, &f) >= 0);
        must(j.left >= 0 && j.index >= 0 && utf8_check(object.data, object.len));
        must(unjson(&u, object.data, object.len - 1, &again, &f) == 0);
        must_equal(again.data, again.len, line.text, line.len);
    }
    lines_free(lines);
    unjson_free(&u);
    buf_free(&object);
    buf_free(&again);
}

/* As many columns in every row, and nothing but tabs and printable ASCII between them. */
static void check_table(const struct buf *out)
{
    size_t tabs = 0;
    for (size_t i = 0; i < out->len; i++) {
        char c = out->data[i];
        tabs += c == '\t';
        must(c == '\t' || c == '\n' || (c > 0x20 && c < 0x7f));
        must(c != '\n' || tabs == 10);
        tabs = c == '\n' ? 0 : tabs;
    }
    must(out->len == 0 || out->data[out->len - 1] == '\n');
}

static void check_journal(const struct buf *out)
{
    for (size_t i = 0; i < out->len; i++)
        must(out->data[i] == '\n' || (out->data[i] >= 0x20 && out->data[i] < 0x7f));
    must(out->len == 0 || out->data[out->len - 1] == '\n');
}

static void check_chain(const char *bytes, size_t len)
{
    struct pieces p = {.bytes = bytes, .len = len, .dice = fingerprint(bytes, len)};
    struct stream *s = stream_new(pieces_source(&p), 1, 0);
    struct hledger *h = hledger_new(NULL);
    struct tsv t = {.book = NULL};
    struct buf table = {0}, journal = {0};
    struct batch b = {0};
    struct fault f;
    bool table_goes = true, journal_goes = true;
    must(s && h && tsv_begin(&table, &f) == 0);
    while (stream_next(s, &b, &f) == 1)
        for (size_t i = 0; i < b.count; i++) {
            table_goes = table_goes && tsv_put(&t, &b.items[i], &table, &f) == 0;
            must(table_goes || f.kind == FAULT_RULE);
            journal_goes = journal_goes && hledger_put(h, &b.items[i], &journal, &f) == 0;
            must(journal_goes || f.kind == FAULT_RULE);
            must(table_goes || !journal_goes); /* it holds to more rules */
        }
    check_table(&table);
    must(!journal_goes || hledger_end(h, &journal, &f) == 0);
    check_journal(&journal);
    batch_free(&b);
    stream_free(s);
    hledger_free(h);
    tsv_free(&t);
    buf_free(&table);
    buf_free(&journal);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    size_t len;
    char *text = swell(data, n, &len);
    check_objects(text, len);
    check_chain(text, len);
    free(text);
    return 0;
}
