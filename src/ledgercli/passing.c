#include "ledgercli/passing.h"

#include "cli/cli.h"
#include "ledgercli/verdict.h"

#include <string.h>

/* An item; or the bytes of text up to an offset; or, if the offset is 0, a transaction. */
struct place {
    const struct item *item;
    size_t text_end;
    uint8_t id[ID_LEN];
};

static void add(struct passing *p, struct place place)
{
    cli_memory(buf_add(&p->places, &place, sizeof place));
}

void passing_free(struct passing *p)
{
    buf_free(&p->places);
    buf_free(&p->text);
}

void passing_item(struct passing *p, const struct item *item)
{
    add(p, (struct place){.item = item});
}

void passing_tx(struct passing *p, const uint8_t id[ID_LEN])
{
    struct place place = {0};
    memcpy(place.id, id, ID_LEN);
    add(p, place);
}

void passing_drop(struct passing *p, const struct item *item, const struct fault *why)
{
    if (!p->marks)
        return;
    cli_mark(&p->text, item, why);
    add(p, (struct place){.text_end = p->text.len});
}

void passing_drop_id(struct passing *p, const uint8_t id[ID_LEN], const struct fault *why)
{
    if (!p->marks)
        return;
    cli_mark_id(&p->text, id, why);
    add(p, (struct place){.text_end = p->text.len});
}

static void put_tx(struct passing *p, const struct pool *pool, const uint8_t id[ID_LEN])
{
    size_t size;
    struct fault why;
    struct buf mark = {0};
    const char *line = pool_line(pool, id, &size);
    if (line)
        cli_put(line, size);
    if (line || !p->marks)
        return;
    fault_rule(&why, "tx: it left the pool again");
    fault_answers(&why, FAULT_LATER);
    cli_mark_id(&mark, id, &why);
    cli_put(mark.data, mark.len);
    buf_free(&mark);
}

void passing_put(struct passing *p, const struct pool *pool)
{
    size_t text_at = 0;
    for (size_t at = 0; at < p->places.len; at += sizeof(struct place)) {
        struct place place;
        memcpy(&place, p->places.data + at, sizeof place);
        if (place.item) {
            cli_put(place.item->text, place.item->size);
        } else if (place.text_end) {
            cli_put(p->text.data + text_at, place.text_end - text_at);
            text_at = place.text_end;
        } else {
            put_tx(p, pool, place.id);
        }
    }
    cli_flush();
    p->places.len = p->text.len = 0;
}
