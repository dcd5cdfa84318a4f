/* bencode: any bytes. What can be read strictly is the one encoding of what it says, and comes back
 * from JSON as it was; a lenient reader takes that, too, and what it takes besides is canonical
 * after one turn. JSON by anyone comes back as itself once it was written by us. */
#include "bencode/json.h"
#include "bencode/tree.h"
#include "fuzz.h"

enum { NODES = 400 };

static bool there_and_back(const uint8_t *data, size_t n, bool strict, struct buf *again)
{
    struct buf json = {0};
    struct fault f;
    bool read = bencode_to_json(data, n, strict, &json, &f) == 0;
    must(read || (f.kind == FAULT_RULE && f.text[0]));
    if (read && bencode_from_json(json.data, json.len, again, &f)) {
        must(!strict && f.kind == FAULT_RULE); /* a key comes twice */
        again->len = 0;
    }
    must(!read || strict || again->len <= n);
    buf_free(&json);
    return read;
}

static void check_tree(const uint8_t *data, size_t n, bool read)
{
    static struct bencode_node nodes[NODES];
    struct fault f;
    size_t count;
    if (bencode_tree(data, n, false, nodes, NODES, &count, &f))
        return;
    must(read && count >= 1 && nodes[0].next == count);
    for (size_t i = 0; i < count; i++) {
        must(nodes[i].next > i && nodes[i].next <= count && nodes[i].kind != BENCODE_END);
        must(nodes[i].encoded >= data && nodes[i].encoded + nodes[i].encoded_len <= data + n);
        must(nodes[i].len <= nodes[i].encoded_len);
        must(!nodes[i].key || nodes[i].kind == BENCODE_STRING);
    }
    (void)bencode_find(nodes, nodes, "a");
    (void)bencode_find_kind(nodes, bencode_find(nodes, nodes, "a"), "id", BENCODE_STRING);
}

static void check_json(const char *text, size_t n)
{
    struct buf first = {0}, second = {0};
    struct fault f;
    if (bencode_from_json(text, n, &first, &f) == 0) {
        must(there_and_back((uint8_t *)first.data, first.len, true, &second));
        must_equal(first.data, first.len, second.data, second.len);
    } else {
        must(f.kind == FAULT_RULE && f.text[0]);
    }
    buf_free(&first);
    buf_free(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct buf strict = {0}, lenient = {0};
    bool read = there_and_back(data, n, true, &strict);
    if (read)
        must_equal(strict.data, strict.len, data, n);
    bool taken = there_and_back(data, n, false, &lenient);
    must(taken || !read);
    if (read)
        must_equal(lenient.data, lenient.len, data, n);
    check_tree(data, n, taken);
    check_json((const char *)data, n);
    buf_free(&strict);
    buf_free(&lenient);
    return 0;
}
