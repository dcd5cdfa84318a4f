/*
 * record/rules: the lines of a genesis body. Rules that are complete, written out and read again,
 * are the same; and none that was let through makes the sums that are made of it overflow.
 */
#include "fuzz.h"
#include "seal/seal.h"

static void read_all(struct rules *r, struct span text, int *faults)
{
    struct lines *lines = lines_new(source_memory(&text), 1, 0);
    struct line line;
    struct fault f;
    struct account account;
    int64_t amount;
    must(lines);
    while (lines_next(lines, &line, &f) == 1) {
        if (line.state != LINE_WHOLE || line_check(line.text, line.len, &f))
            continue;
        if (grant_parse(line.text, line.len, &account, &amount, &f) == 0)
            must(amount > 0);
        else if (rules_read(r, line.text, line.len, &f))
            ++*faults;
    }
    lines_free(lines);
}

static void check_sums(const struct rules *r)
{
    static const int64_t heights[] = {1, 2, 1000, INT64_MAX};
    int64_t before = r->reward;
    for (size_t i = 0; i < sizeof heights / sizeof heights[0]; i++) {
        int64_t reward = rules_reward(r, heights[i]);
        must(reward >= 0 && reward <= before);
        before = reward;
    }
    must(seal_max_ahead(r) >= r->spacing && (seal_max_ahead(r) >= 60 || rules_members(r)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct rules r = {0}, again = {0};
    struct buf text = {0}, second = {0};
    struct fault f;
    int faults = 0;
    read_all(&r, (struct span){(const char *)data, n}, &faults);
    if (rules_complete(&r, &f) || faults)
        return 0;
    check_sums(&r);
    must(rules_format(&r, &text) == 0);
    read_all(&again, (struct span){text.data, text.len}, &faults);
    must(faults == 0 && rules_complete(&again, &f) == 0 && rules_format(&again, &second) == 0);
    must_equal(text.data, text.len, second.data, second.len);
    buf_free(&text);
    buf_free(&second);
    return 0;
}
