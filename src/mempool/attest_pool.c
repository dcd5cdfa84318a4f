#include "mempool/attest_pool.h"

#include "base/array.h"
#include "base/file.h"
#include "chain/next_attests.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- The list --------------------------------------------------------------------------------- */

static int order(const struct attest_waits *x, int64_t target, const uint8_t key[ID_LEN])
{
    return x->target != target ? (x->target < target ? -1 : 1) : memcmp(x->key, key, ID_LEN);
}

/* The place of the first that is not before this target and key. */
static size_t find_place(const struct attest_pool *p, int64_t target, const uint8_t key[ID_LEN])
{
    size_t low = 0, high = p->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (order(&p->list[middle], target, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int insert(struct attest_pool *p, size_t place, const struct attest *a, struct fault *f)
{
    struct attest_waits x = {.target = a->target_height, .at = p->text.len, .len = a->line.len};
    if (ARRAY_RESERVE(p->list, p->cap, p->count + 1) ||
        buf_add(&p->text, a->line.text, a->line.len) || buf_add(&p->text, "\n", 1))
        return fault_memory(f);
    memcpy(x.key, a->line.signer, ID_LEN);
    memmove(p->list + place + 1, p->list + place, (p->count - place) * sizeof *p->list);
    p->list[place] = x;
    p->count++;
    return 1;
}

static int by_key(const void *a, const void *b)
{
    const struct attest_waits *x = *(const struct attest_waits *const *)a;
    const struct attest_waits *y = *(const struct attest_waits *const *)b;
    int keys = memcmp(x->key, y->key, ID_LEN);
    return keys ? keys : (x->target > y->target) - (x->target < y->target);
}

/* Among lines by key: the oldest one of the key that has most; of this key, if none has more. */
static const struct attest_waits *find_excess(const struct attest_waits *const *lines, size_t n,
                                              const uint8_t key[ID_LEN])
{
    const struct attest_waits *found = NULL;
    size_t most = 0;
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && memcmp(lines[end]->key, lines[i]->key, ID_LEN) == 0;)
            end++;
        size_t has = 2 * (end - i) + (memcmp(lines[i]->key, key, ID_LEN) == 0);
        if (has > most) {
            most = has;
            found = lines[i];
        }
    }
    return found;
}

/* Of more lines than may be, one goes, so no key keeps out others by many lines: 1, or 0 if that is
 * the new one, at this place; -1 and trouble. */
static int evict(struct attest_pool *p, size_t new, struct fault *f)
{
    const struct attest_waits **lines = malloc(p->count * sizeof *lines);
    if (!lines)
        return fault_memory(f);
    for (size_t i = 0; i < p->count; i++)
        lines[i] = &p->list[i];
    qsort(lines, p->count, sizeof *lines, by_key);
    size_t old = (size_t)(find_excess(lines, p->count, p->list[new].key) - p->list);
    free(lines);
    p->count--;
    memmove(p->list + old, p->list + old + 1, (p->count - old) * sizeof *p->list);
    p->changed |= old != new;
    return old != new;
}

static int keep(struct attest_pool *p, const struct attest *a, struct fault *f)
{
    size_t place = find_place(p, a->target_height, a->line.signer);
    if (place < p->count && order(&p->list[place], a->target_height, a->line.signer) == 0)
        return 0;
    if (insert(p, place, a, f) < 0)
        return -1;
    return p->count > ATTEST_POOL_MAX ? evict(p, place, f) : 1;
}

int attest_pool_add(struct attest_pool *p, const char *line, size_t len, struct fault *f)
{
    struct attest a;
    if (attest_parse(line, len, &a, f))
        return -1;
    int added = keep(p, &a, f);
    if (added > 0 && (buf_add(&p->fresh, line, len) || buf_add(&p->fresh, "\n", 1)))
        return fault_memory(f);
    return added;
}

void attest_pool_prune(struct attest_pool *p, const struct tree *t)
{
    size_t kept = 0;
    int64_t depth, from;
    if (__builtin_mul_overflow(t->rules.finality, ATTEST_POOL_DEPTH, &depth))
        return;
    from = t->best.height - depth;
    while (kept < p->count && p->list[kept].target < from)
        kept++;
    if (kept == 0)
        return;
    memmove(p->list, p->list + kept, (p->count - kept) * sizeof *p->list);
    p->count -= kept;
    p->changed = true;
}

/* --- The file --------------------------------------------------------------------------------- */

static int take_line(void *self, const struct line *line, struct fault *f)
{
    struct attest_pool *p = self;
    struct attest a;
    struct fault why;
    if (line->state != LINE_WHOLE || line_check(line->text, line->len, &why) ||
        attest_parse(line->text, line->len, &a, &why)) {
        p->changed = true;
        return 0;
    }
    return keep(p, &a, f) < 0 ? -1 : 0;
}

int attest_pool_read(struct attest_pool *p, const char *path, struct fault *f)
{
    *p = (struct attest_pool){.file = LINEFILE(path)};
    int fd = file_open(path, O_RDONLY | O_NONBLOCK, 0);
    if (fd < 0)
        return errno == ENOENT ? 0 : fault_errno(f, "%s", path);
    int got = lines_each(source_fd(fd), 0, take_line, p, f);
    close(fd);
    return got;
}

int attest_pool_lock(struct attest_pool *p, const char *path, struct fault *f)
{
    uint64_t torn;
    *p = (struct attest_pool){.file = LINEFILE(path)};
    if (linefile_lock(&p->file, f) || linefile_find_end(&p->file, &torn, f))
        return -1;
    p->changed = torn > 0;
    return linefile_read(&p->file, 0, take_line, p, f);
}

void attest_pool_free(struct attest_pool *p)
{
    linefile_close(&p->file);
    free(p->list);
    buf_free(&p->text);
    buf_free(&p->fresh);
    *p = (struct attest_pool){.file = LINEFILE(NULL)};
}

static int gather(const struct attest_pool *p, struct buf *out, struct fault *f)
{
    for (size_t i = 0; i < p->count; i++)
        if (buf_add(out, p->text.data + p->list[i].at, p->list[i].len + 1))
            return fault_memory(f);
    return 0;
}

static int replace(struct attest_pool *p, struct fault *f)
{
    struct buf all = {0};
    int result = gather(p, &all, f);
    if (!result)
        result = linefile_replace(&p->file, all.data, all.len, f);
    buf_free(&all);
    return result;
}

int attest_pool_save(struct attest_pool *p, struct fault *f)
{
    int result = p->changed     ? replace(p, f)
                 : p->fresh.len ? linefile_append(&p->file, p->fresh.data, p->fresh.len, f)
                                : 0;
    p->changed = result != 0;
    p->fresh.len = 0;
    return result;
}

/* --- The next block --------------------------------------------------------------------------- */

/* 1 the line can stand there, 0 it cannot, -1 and trouble. */
static int try_line(struct next_attests *n, const char *line, size_t len, struct fault *f)
{
    struct attest a;
    if (attest_parse(line, len, &a, f) == 0 && next_attests_add(n, &a, f) == 0)
        return 1;
    return f->kind == FAULT_RULE ? 0 : -1;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The lines for this target, ascending by their text; each ends with a NUL where its newline was.
 */
static int sort_lines(const struct attest_pool *p, int64_t target, struct buf *text, char ***out,
                      size_t *count, struct fault *f)
{
    size_t n = 0;
    *out = malloc((p->count + 1) * sizeof **out);
    if (!*out || buf_add(text, p->text.data, p->text.len))
        return fault_memory(f);
    for (size_t i = 0; i < p->count; i++)
        if (p->list[i].target == target) {
            (*out)[n++] = text->data + p->list[i].at;
            text->data[p->list[i].at + p->list[i].len] = '\0';
        }
    qsort(*out, n, sizeof **out, by_text);
    *count = n;
    return 0;
}

static int choose(char *const *lines, size_t count, struct tree *t, struct buf *out,
                  struct fault *f)
{
    struct next_attests next;
    int fits = next_attests_begin(t, &next, f);
    for (size_t i = 0; i < count && fits >= 0; i++) {
        size_t len = strlen(lines[i]);
        fits = try_line(&next, lines[i], len, f);
        if (fits > 0 && (buf_add(out, lines[i], len) || buf_add(out, "\n", 1)))
            fits = fault_memory(f);
    }
    next_attests_free(&next);
    state_rollback(t->state);
    return fits < 0 ? -1 : 0;
}

int attest_pool_select(const struct attest_pool *p, struct tree *t, struct buf *out,
                       struct fault *f)
{
    struct buf text = {0};
    char **lines = NULL;
    size_t count = 0;
    if (!t->rules.finality || p->count == 0)
        return 0;
    int64_t target = t->best.height - t->best.height % t->rules.finality;
    int result = tree_move(t, &t->best, f) || sort_lines(p, target, &text, &lines, &count, f) ||
                         choose(lines, count, t, out, f)
                     ? -1
                     : 0;
    free(lines);
    buf_free(&text);
    return result;
}
