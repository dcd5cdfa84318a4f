#include "raft/raft_image.h"

#include "consensus/item_text.h"

#include <string.h>

static int format(const struct raft_config *c, const struct applied *a, const struct payload *state,
                  const struct node_names *names, struct buf *out)
{
    return raft_config_format(c, names, out) != 0 || buf_add_string(out, "clients ") != 0 ||
                   buf_add_number(out, (long long)a->count) != 0 || buf_add(out, "\n", 1) != 0 ||
                   applied_format(a, names, out) != 0 || buf_add(out, state->text, state->len) != 0
               ? -1
               : 0;
}

struct payload *raft_image_make(const struct raft_config *c, const struct applied *a,
                                const struct payload *state, const struct node_names *names,
                                struct fault *f)
{
    struct buf text = {0};
    struct payload *p = NULL;
    bool made = format(c, a, state, names, &text) == 0;
    if (made && text.len > PAYLOAD_MAX)
        fault_rule(f, "raft: a snapshot of more than %d bytes", PAYLOAD_MAX);
    else if (!made || (p = payload_new(text.data, text.len)) == NULL)
        fault_memory(f);
    buf_free(&text);
    return p;
}

static int read_members(struct item_text *t, struct node_names *names, struct raft_config *c,
                        struct fault *f)
{
    struct item_text lines = {t->at, t->at};
    item_lines(t, 1, &lines);
    return raft_config_parse(lines.at, (size_t)(lines.end - lines.at), names, c, f);
}

static int read_clients(struct item_text *t, struct node_names *names, struct applied *a,
                        struct fault *f)
{
    struct item_text line, word;
    uint64_t count;
    if (!item_line(t, &line) || !item_word(&line, &word) || !item_is(&word, "clients") ||
        !item_number(&line, &count) || line.at != line.end)
        return fault_rule(f, "raft: a snapshot without its clients");
    for (; count > 0; count--) {
        if (!item_line(t, &line))
            return fault_rule(f, "raft: a snapshot is cut short");
        if (applied_parse(a, line.at, (size_t)(line.end - line.at), names, f) != 0)
            return -1;
    }
    return 0;
}

int raft_image_read(const struct payload *image, struct node_names *names, struct raft_config *c,
                    struct applied *applied, struct payload **state, struct fault *f)
{
    struct item_text t = {image->text, image->text + image->len};
    if (image->len == 0)
        return fault_rule(f, "raft: an empty snapshot");
    if (read_members(&t, names, c, f) != 0 || read_clients(&t, names, applied, f) != 0)
        return -1;
    *state = payload_new(t.at, (size_t)(t.end - t.at));
    return *state == NULL ? fault_memory(f) : 0;
}
