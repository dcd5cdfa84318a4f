/*
 * simtest: the parts of netsim's world one by one: streams of chance, clocks, disks, the one order,
 * the registers and their snapshots. It prints what it drew, for comparison, and ends with 0.
 */
#include "scenario/scenario.h"
#include "sim/disk.h"
#include "sim/order.h"
#include "sim/registers.h"
#include "sim/skewed_clock.h"
#include "virtual/draw.h"

#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define must(truth) ((truth) ? (void)0 : errx(1, "line %d: not %s", __LINE__, #truth))

static void draws(void)
{
    const struct sim_delay uniform = {SIM_UNIFORM, 5, 9, 0}, late = {SIM_EXPONENTIAL, 2, 30, 10};
    uint64_t stream = sim_stream(7, "loss", 0);
    must(stream != sim_stream(7, "loss", 1) && stream != sim_stream(7, "less", 0) &&
         stream != sim_stream(8, "loss", 0));
    printf("stream %016" PRIx64 "\n", stream);
    for (int i = 0; i < 1000; i++) {
        const int64_t a = sim_draw(&stream, &uniform), b = sim_draw(&stream, &late);
        must(a >= 5 && a <= 9 && b >= 2 && b <= 30);
        if (i < 5)
            printf("%" PRId64 " %" PRId64 "\n", a, b);
    }
    must(!sim_happens(&stream, 0) && sim_happens(&stream, SIM_MILLION));
}

static void clocks(void)
{
    const int32_t rates[] = {0, 300, -300, 499999, -499999};
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        const struct sim_clock c = {12345, rates[i]};
        for (int64_t now = 0, last = 0; now < 3000000; now += 997) {
            must(sim_clock_at(&c, now) >= last);
            last = sim_clock_at(&c, now);
            const int64_t when = sim_clock_when(&c, now, last + 1000);
            must(sim_clock_at(&c, when) >= last + 1000);
            must(when == now || sim_clock_at(&c, when - 1) < last + 1000);
        }
        must(sim_clock_when(&c, 5, INT64_MAX) == INT64_MAX && sim_clock_when(&c, 5, 0) == 5);
    }
}

/* --- The disk ------------------------------------------------------------------------------- */

static void item_free(struct engine_item *item)
{
    free(item);
}

static const struct engine_type type = {.name = "test", .item_free = item_free};

static void save(struct sim_disk *d, uint32_t number)
{
    struct fault f;
    struct engine_item *item = malloc(sizeof *item);
    must(item != NULL);
    *item = (struct engine_item){.references = 1, .kind = number, .type = &type};
    must(sim_disk_save(d, item, &f) == 0);
}

/* Whether it has the items from first to last, and no others. */
static bool has(struct sim_disk *d, uint32_t first, uint32_t last)
{
    struct engine_item **list = NULL;
    size_t cap = 0, count;
    bool same = sim_disk_items(d, &count, &list, &cap) != NULL && count == last - first + 1;
    for (size_t i = 0; same && i < count; i++)
        same = list[i]->kind == first + i;
    free(list);
    return same;
}

static void disks(void)
{
    struct sim_disk d = {0};
    struct fault f;
    size_t kept, lost;
    for (uint32_t i = 1; i <= 3; i++)
        save(&d, i);
    must(sim_disk_sync_begin(&d) && !sim_disk_sync_begin(&d));
    save(&d, 4);
    must(sim_disk_sync_end(&d) == 3);
    sim_disk_crash(&d, NULL, &kept, &lost);
    must(kept == 0 && lost == 1 && has(&d, 1, 3));
    sim_disk_forget(&d); /* 5 to 7 replace all that, or not at all */
    for (uint32_t i = 5; i <= 7; i++)
        save(&d, i);
    must(sim_disk_batch_end(&d, &f) == 0);
    for (uint64_t stream = 1; d.count > d.synced;) {
        struct sim_disk copy = d;
        copy.entries = malloc(d.count * sizeof *d.entries);
        must(copy.entries != NULL);
        memcpy(copy.entries, d.entries, d.count * sizeof *d.entries);
        for (size_t i = 0; i < d.count; i++)
            engine_item_ref(d.entries[i].item);
        sim_disk_crash(&copy, &stream, &kept, &lost);
        must(has(&copy, 1, 3) || has(&copy, 5, 7));
        const bool all = has(&copy, 5, 7);
        sim_disk_free(&copy);
        if (all)
            break;
    }
    must(sim_disk_sync_begin(&d) && sim_disk_sync_end(&d) == 3 && has(&d, 5, 7));
    sim_disk_forget(&d); /* nothing replaces it */
    must(sim_disk_batch_end(&d, &f) == 0 && sim_disk_sync_begin(&d));
    sim_disk_sync_end(&d);
    must(has(&d, 1, 0));
    save(&d, 8);
    sim_disk_wipe(&d);
    must(has(&d, 1, 0));
    sim_disk_free(&d);
}

/* --- The order ------------------------------------------------------------------------------ */

static const char *const labels[] = {"a", "b"};

/* The property that a commit breaks; -1: none. */
static int commits(struct sim_order *o, uint32_t node, uint64_t *before, uint64_t *chain,
                   uint64_t index, uint64_t serial, const char *text)
{
    struct payload *p = payload_new(text, strlen(text));
    const struct engine_output x = {
        .kind = ENGINE_COMMIT, .index = index, .id = {1, serial}, .payload = p};
    struct sim_breach b;
    const struct sim_record *r = NULL;
    struct fault f;
    must(p != NULL);
    must(sim_order_commit(o, node, *before, *chain, &x, labels, &b, &r, &f) == 0);
    *before = index;
    *chain = r != NULL ? r->chain : 0;
    payload_unref(p);
    return b.property;
}

static void order(void)
{
    struct sim_order o = {0};
    uint64_t a = 0, b = 0, c = 0, a_chain = 0, b_chain = 0, c_chain = 0;
    must(commits(&o, 0, &a, &a_chain, 2, 1, "one\n") == -1);
    must(commits(&o, 0, &a, &a_chain, 3, 2, "two\n") == -1);
    must(commits(&o, 1, &b, &b_chain, 2, 1, "one\n") == -1 && b_chain != a_chain);
    must(commits(&o, 1, &b, &b_chain, 3, 2, "two\n") == -1 && b_chain == a_chain);
    must(commits(&o, 1, &b, &b_chain, 3, 2, "two\n") == SIM_ORDER); /* not after itself */
    must(commits(&o, 0, &a, &a_chain, 4, 1, "one\n") == SIM_ONCE);
    must(commits(&o, 1, &c, &c_chain, 3, 2, "two\n") == SIM_ORDER); /* passes over 2 */
    c = 2, c_chain = 5;
    must(commits(&o, 1, &c, &c_chain, 3, 2, "two\n") == SIM_ORDER); /* another past */
    c = c_chain = 0;
    must(commits(&o, 1, &c, &c_chain, 1, 9, "late\n") == SIM_ORDER); /* passed over before */
    c = c_chain = 0;
    must(commits(&o, 1, &c, &c_chain, 2, 1, "else\n") == SIM_ORDER);
    sim_order_free(&o);
}

/* --- Registers ------------------------------------------------------------------------------ */

static void operations(void)
{
    const struct sim_operation ops[] = {
        {SIM_OP_READ, 4095, 4095, UINT64_C(1) << 60, SIM_NIL, 0},
        {SIM_OP_WRITE, 0, 1, 1, 0, 0},
        {SIM_OP_CAS, 2, 3, 4, INT64_MAX, SIM_NIL},
        {SIM_OP_LINE, 2, 0, 5, 6, 0},
    };
    const char *const bad[] = {"c1 1 write k1",
                               "c0 1 read k1",
                               "c1 1 read k1 2",
                               "c1 1 eat k1 1",
                               "c1 01 write k1 2",
                               "c1 1 write k4097 1",
                               "",
                               "hello there"};
    for (uint32_t size = 0; size < 200; size += 50) {
        for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
            struct buf text = {0};
            must(sim_operation_format(&ops[i], size, &text) == 0 && text.len >= size);
            const struct sim_operation op = sim_operation_parse(text.data, text.len);
            must(op.kind == ops[i].kind && op.client == ops[i].client && op.key == ops[i].key &&
                 op.serial == ops[i].serial &&
                 (op.kind == SIM_OP_READ || op.value == ops[i].value) &&
                 (op.kind != SIM_OP_CAS || op.expected == ops[i].expected));
            buf_free(&text);
        }
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char line[40];
        const int n = snprintf(line, sizeof line, "%s\n", bad[i]);
        must(sim_operation_parse(line, (size_t)n).kind == SIM_OP_NONE);
    }
}

static void registers(void)
{
    struct sim_registers r, again;
    struct buf text = {0}, same = {0};
    struct fault f;
    must(sim_registers_init(&r, 3, 2, &f) == 0 && sim_registers_init(&again, 3, 2, &f) == 0);
    sim_registers_apply(&r, &(struct sim_operation){SIM_OP_WRITE, 0, 0, 1, 7, 0}, 1, 11);
    sim_registers_apply(&r, &(struct sim_operation){SIM_OP_WRITE, 0, 0, 1, 8, 0}, 2, 12);
    must(r.values[0] == 7); /* what was applied before changes nothing */
    sim_registers_apply(&r, &(struct sim_operation){SIM_OP_CAS, 1, 0, 1, 9, 8}, 3, 13);
    must(r.values[0] == 7 && r.sessions[1].no);
    sim_registers_apply(&r, &(struct sim_operation){SIM_OP_CAS, 1, 1, 2, 9, SIM_NIL}, 4, 14);
    must(r.values[1] == 9 && !r.sessions[1].no && r.values[2] == SIM_NIL);
    must(sim_registers_format(&r, &text) == 0);
    must(sim_registers_restore(&again, text.data, text.len, &f) == 0);
    must(sim_registers_format(&again, &same) == 0 && same.len == text.len &&
         memcmp(same.data, text.data, same.len) == 0);
    must(again.applied == 4 && again.chain == 14);
    must(sim_registers_restore(&again, "register k9 1\n", 14, &f) != 0);
    must(sim_registers_restore(&again, "nonsense\n", 9, &f) != 0);
    buf_free(&text);
    buf_free(&same);
    sim_registers_free(&r);
    sim_registers_free(&again);
}

int main(void)
{
    draws();
    clocks();
    disks();
    order();
    operations();
    registers();
    return 0;
}
