#include "raft/raft_image.h"

#include "base/num.h"

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

struct rest {
    const char *at, *end;
};

/* The next line's bytes, its newline included; 0: there is none. */
static size_t line_of(const struct rest *t)
{
    const char *stop = memchr(t->at, '\n', (size_t)(t->end - t->at));
    return stop == NULL ? 0 : (size_t)(stop - t->at) + 1;
}

static int read_members(struct rest *t, struct node_names *names, struct raft_config *c,
                        struct fault *f)
{
    size_t n = line_of(t);
    if (raft_config_parse(t->at, n, names, c, f) != 0)
        return -1;
    t->at += n;
    return 0;
}

static int read_clients(struct rest *t, struct node_names *names, struct applied *a,
                        struct fault *f)
{
    static const char word[] = "clients ";
    size_t n = line_of(t), w = sizeof word - 1;
    int64_t count;
    if (n <= w || memcmp(t->at, word, w) != 0 || number_parse(t->at + w, n - w - 1, &count) != 0)
        return fault_rule(f, "raft: a snapshot without its clients");
    t->at += n;
    for (; count > 0; count--) {
        if ((n = line_of(t)) == 0)
            return fault_rule(f, "raft: a snapshot is cut short");
        if (applied_parse(a, t->at, n - 1, names, f) != 0)
            return -1;
        t->at += n;
    }
    return 0;
}

int raft_image_read(const struct payload *image, struct node_names *names, struct raft_config *c,
                    struct applied *applied, struct payload **state, struct fault *f)
{
    struct rest t = {image->text, image->text + image->len};
    if (image->len == 0)
        return fault_rule(f, "raft: an empty snapshot");
    if (read_members(&t, names, c, f) != 0 || read_clients(&t, names, applied, f) != 0)
        return -1;
    *state = payload_new(t.at, (size_t)(t.end - t.at));
    return *state == NULL ? fault_memory(f) : 0;
}
