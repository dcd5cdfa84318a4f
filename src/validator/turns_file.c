#include "validator/turns_file.h"

#include "base/file.h"
#include "base/hex.h"
#include "base/num.h"
#include "hash/sha256.h"
#include "record/field.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LONGEST = 64 * 3 + 128, SUM_LEN = 4 + 64 + 1, MOST = (BFT_MEMBERS_MAX + 2) * LONGEST };

struct text {
    struct tree *tree;
    struct node_names *names;
    struct voters_turns *turns;
    struct node block;
};

static bool get_bytes(struct field x, uint8_t out[32])
{
    return x.len == 64 && hex_decode(out, x.text, 32) == 0;
}

/* A number that may be below 0. */
static bool get_signed(struct field x, int64_t *out)
{
    bool minus = x.len > 0 && x.text[0] == '-';
    if (number_parse(x.text + minus, x.len - minus, out))
        return false;
    *out = minus ? -*out : *out;
    return true;
}

/* 1: it is of this chain, and of a block of the tree; 0, or -1 and trouble. */
static int take_first(struct text *x, const struct field *w, size_t n, struct fault *f)
{
    uint8_t chain[ID_LEN], block[ID_LEN];
    int64_t height, place;
    if (n != 5 || !field_is(w[0], "turns") || !get_bytes(w[1], chain) || !get_bytes(w[2], block) ||
        number_parse(w[3].text, w[3].len, &height) || number_parse(w[4].text, w[4].len, &place) ||
        memcmp(chain, x->tree->genesis.id, ID_LEN) || place >= BFT_MEMBERS_MAX)
        return 0;
    int found = tree_find(x->tree, block, &x->block, f);
    x->turns->set.turn = (size_t)place;
    return found > 0 ? x->block.height == height && height > 0 : found;
}

/* 1, 0: it is no such line; -1 and trouble. */
static int take_member(struct text *x, const struct field *w, size_t n, struct fault *f)
{
    struct bft_set *set = &x->turns->set;
    struct bft_member m;
    uint8_t key[32];
    if (n != 4 || !field_is(w[0], "member") || set->count == BFT_MEMBERS_MAX ||
        !get_bytes(w[1], key) || number_parse(w[2].text, w[2].len, &m.weight) ||
        !get_signed(w[3], &m.priority) || __builtin_add_overflow(set->total, m.weight, &set->total))
        return 0;
    m.node = voters_node(x->names, key, f);
    set->list[set->count++] = m;
    return m.node == NODE_NONE ? -1 : 1;
}

static int take(void *self, const struct line *line, struct fault *f)
{
    struct text *x = self;
    struct field w[FIELDS_MAX];
    if (line_form(line, f))
        return 1;
    size_t n = fields_split(line->text, line->len, w);
    int good = line->number == 1 ? take_first(x, w, n, f) : take_member(x, w, n, f);
    return good < 0 ? -1 : good ? 0 : 1;
}

/* Whether the text ends with the sum of what is before that, of which *n is the length. */
static bool has_sum(const char *text, size_t *n)
{
    uint8_t sum[32];
    if (*n < SUM_LEN)
        return false;
    *n -= SUM_LEN;
    sha256(text, *n, sum);
    return memcmp(text + *n, "sum ", 4) == 0 && memcmp(text + *n + 4, hex32(sum).text, 64) == 0;
}

/* Its bytes; n 0: there is none, or it is none. 0, or -1 with errno set. */
static int read_all(const char *path, char *text, size_t *n)
{
    struct stat st;
    *n = 0;
    int fd = file_open(path, O_RDONLY, 0);
    if (fd < 0)
        return errno == ENOENT ? 0 : -1;
    int failed = fstat(fd, &st);
    if (!failed && S_ISREG(st.st_mode) && st.st_size <= MOST) {
        failed = file_read_at(fd, text, (size_t)st.st_size, 0);
        *n = failed ? 0 : (size_t)st.st_size;
    }
    int error = errno;
    close(fd);
    errno = error;
    return failed && error ? -1 : 0;
}

static int read_text(struct text *x, const char *text, size_t n, struct fault *f)
{
    struct span rest = {.at = text, .len = n};
    int answer = lines_each(source_memory(&rest), 0, take, x, f);
    struct voters_turns *r = x->turns;
    r->block = x->block.n;
    r->height = x->block.height;
    if (answer || r->set.turn >= r->set.count)
        *r = (struct voters_turns){0};
    return answer < 0 ? -1 : 0;
}

int turns_file_read(const char *path, struct tree *t, struct node_names *names,
                    struct voters_turns *r, struct fault *f)
{
    struct text x = {.tree = t, .names = names, .turns = r};
    char *text = malloc(MOST);
    size_t n;
    *r = (struct voters_turns){0};
    if (!text)
        return fault_memory(f);
    int failed = read_all(path, text, &n);
    if (failed)
        fault_errno(f, "%s", path);
    else if (has_sum(text, &n))
        failed = read_text(&x, text, n, f);
    free(text);
    return failed;
}

static int put_members(const struct bft_set *set, const struct node_names *names, struct buf *out)
{
    for (size_t i = 0; i < set->count; i++)
        if (buf_add_string(out, "member ") ||
            buf_add_string(out, node_names_text(names, set->list[i].node)) ||
            buf_add(out, " ", 1) || buf_add_number(out, set->list[i].weight) ||
            buf_add(out, " ", 1) || buf_add_number(out, set->list[i].priority) ||
            buf_add(out, "\n", 1))
            return -1;
    return 0;
}

static int put_sum(struct buf *out)
{
    uint8_t sum[32];
    sha256(out->data, out->len, sum);
    return buf_add_string(out, "sum ") || buf_add_string(out, hex32(sum).text) ||
                   buf_add(out, "\n", 1)
               ? -1
               : 0;
}

static int put_text(const struct tree *t, const struct node *block, const struct node_names *names,
                    const struct bft_set *set, struct buf *out)
{
    return buf_add_string(out, "turns ") || buf_add_string(out, hex32(t->genesis.id).text) ||
                   buf_add(out, " ", 1) || buf_add_string(out, hex32(block->id).text) ||
                   buf_add(out, " ", 1) || buf_add_number(out, block->height) ||
                   buf_add(out, " ", 1) || buf_add_number(out, (long long)set->turn) ||
                   buf_add(out, "\n", 1) || put_members(set, names, out) || put_sum(out)
               ? -1
               : 0;
}

int turns_file_write(const char *path, struct tree *t, const struct node_names *names,
                     const struct voters_turns *r, struct fault *f)
{
    struct buf text = {0};
    struct node block;
    if (tree_get(t, r->block, &block, f))
        return -1;
    int failed = put_text(t, &block, names, &r->set, &text) ? fault_memory(f) : 0;
    if (!failed && file_replace_unsynced(path, text.data, text.len))
        failed = fault_errno(f, "%s", path);
    buf_free(&text);
    return failed;
}
