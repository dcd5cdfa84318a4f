#include "maelstrom/maelstrom_init.h"

static const char *member(const struct engine_setup *e, size_t i)
{
    return node_names_text(e->names, e->members[i]);
}

/* Gives NULL for what could not be made whole. */
static json_t *none(json_t *part)
{
    json_decref(part);
    return NULL;
}

json_t *maelstrom_init_body(const struct engine_setup *e)
{
    json_t *ids = json_array();
    int failed = 0;
    for (size_t i = 0; i < e->member_count; i++)
        failed |= json_array_append_new(ids, json_string(member(e, i)));
    if (failed)
        return none(ids);
    return json_pack("{s:s,s:s,s:o}", "type", "init", "node_id", node_names_text(e->names, e->self),
                     "node_ids", ids);
}

/* The place of the i-th in its row. */
static size_t column(size_t i, size_t width)
{
    return width > 0 ? i % width : 0;
}

/* Those above, below, left and right of the i-th in rows of `width`. */
static json_t *neighbours(const struct engine_setup *e, size_t i, size_t width)
{
    const size_t count = e->member_count;
    json_t *list = json_array();
    int failed = 0;
    for (size_t j = 0; j < count; j++)
        if (j + width == i || i + width == j || (j + 1 == i && column(i, width) > 0) ||
            (i + 1 == j && column(j, width) > 0))
            failed |= json_array_append_new(list, json_string(member(e, j)));
    return failed ? none(list) : list;
}

json_t *maelstrom_topology_body(const struct engine_setup *e)
{
    json_t *topology = json_object();
    size_t width = 1, count = e->member_count;
    while (width < count && width * width < count)
        width++;
    int failed = 0;
    for (size_t i = 0; i < count; i++)
        failed |= json_object_set_new(topology, member(e, i), neighbours(e, i, width));
    if (failed)
        return none(topology);
    return json_pack("{s:s,s:o}", "type", "topology", "topology", topology);
}
