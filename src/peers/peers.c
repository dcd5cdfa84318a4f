#include "peers/peers.h"

#include "base/array.h"
#include "base/chance.h"
#include "base/file.h"
#include "base/idmap.h"
#include "base/lines.h"
#include "record/peer.h"
#include "record/types.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- A line ---------------------------------------------------------------------------------- */

static int parse_record(const char *line, size_t len, struct target *t, uint8_t chain[ID_LEN],
                        struct fault *f)
{
    struct peer p;
    if (peer_parse(line, len, &p, f) ||
        address_parse(p.address.text, p.address.len, false, &t->address, f))
        return -1;
    t->has_key = t->announced = true;
    t->time = p.time;
    memcpy(t->key, p.line.signer, ID_LEN);
    memcpy(chain, p.line.chain, ID_LEN);
    return 1;
}

static int parse_plain(const char *line, size_t len, struct target *t, struct fault *f)
{
    struct field x[FIELDS_MAX];
    size_t n = fields_split(line, len, x);
    if (n > 2)
        return fault_rule(f, "peers: %zu fields, expected HOST:PORT or HOST:PORT KEY", n);
    t->has_key = n == 2;
    if (address_parse(x[0].text, x[0].len, false, &t->address, f) ||
        (t->has_key && field_id(x[1], "peers: key", t->key, f)))
        return -1;
    return 1;
}

int peers_line(const char *line, size_t len, struct target *t, uint8_t chain[ID_LEN],
               struct fault *f)
{
    *t = (struct target){0};
    if (len == 0 || line[0] == '#')
        return 0;
    if (line_check(line, len, f))
        return -1;
    return record_is(&peer_type, line, len) ? parse_record(line, len, t, chain, f)
                                            : parse_plain(line, len, t, f);
}

int target_parse(const char *text, struct target *t, struct fault *f)
{
    const char *at = strchr(text, '@');
    *t = (struct target){.has_key = at != NULL};
    if (at && field_id((struct field){text, (size_t)(at - text)}, "key", t->key, f))
        return -1;
    const char *address = at ? at + 1 : text;
    return address_parse(address, strlen(address), false, &t->address, f);
}

/* --- A file ---------------------------------------------------------------------------------- */

/* A position in the list, by the key of the record in it. */
struct place {
    uint8_t key[ID_LEN];
    size_t at;
};

struct reading {
    struct peers peers;
    const uint8_t *chain; /* NULL: any */
    struct idmap places;  /* struct place */
    uint64_t candidates;
    uint64_t *chance;
};

/* Appends the target to the list; if that is full, replaces a random one, so that each target is
 * equally likely to stay. 0, or -1 and trouble. */
static int add_target(struct reading *r, const struct target *t, struct fault *f)
{
    struct peers *p = &r->peers;
    size_t at = p->count;
    r->candidates++;
    if (p->count == PEERS_MAX) {
        uint64_t lot = chance_next(r->chance) % r->candidates;
        if (lot >= PEERS_MAX)
            return 0;
        at = (size_t)lot;
        if (p->list[at].announced)
            idmap_remove(&r->places, idmap_find(&r->places, p->list[at].key));
    } else if (ARRAY_RESERVE(p->list, p->cap, p->count + 1)) {
        return fault_memory(f);
    }
    struct place *x = t->announced ? idmap_add(&r->places, t->key) : NULL;
    if (x)
        x->at = at;
    else if (t->announced)
        return fault_memory(f);
    p->list[at] = *t;
    p->count += at == p->count;
    return 0;
}

static int take_target(struct reading *r, const struct target *t, struct fault *f)
{
    const struct place *known = t->announced ? idmap_find(&r->places, t->key) : NULL;
    if (!known)
        return add_target(r, t, f);
    if (t->time > r->peers.list[known->at].time)
        r->peers.list[known->at] = *t;
    return 0;
}

static void note_broken(struct peers *p, const struct line *line, const struct fault *why)
{
    p->broken_lines++;
    if (p->broken_line)
        return;
    p->broken_line = line->number;
    p->broken = *why;
    p->broken.line = line->number;
}

/* 0, or -1 and trouble. */
static int take_line(void *self, const struct line *line, struct fault *f)
{
    struct reading *r = self;
    struct target t;
    struct fault why;
    uint8_t chain[ID_LEN];
    int got = line_typed(line, &why) ? -1 : peers_line(line->text, line->len, &t, chain, &why);
    if (got > 0 && t.announced && line->state != LINE_WHOLE)
        got = fault_rule(&why, "line: torn: the last line has no newline");
    if (got < 0)
        note_broken(&r->peers, line, &why);
    if (got <= 0 || (t.announced && r->chain && memcmp(chain, r->chain, ID_LEN)))
        return 0;
    return take_target(r, &t, f);
}

static int read_file(struct reading *r, const char *path, struct fault *f)
{
    struct stat st;
    int fd = file_open(path, O_RDONLY | O_NONBLOCK, 0); /* a FIFO must not block */
    if (fd < 0 && errno == ENOENT)
        return 0;
    if (fd < 0)
        return fault_errno(f, "%s", path);
    int result = fstat(fd, &st) || !S_ISREG(st.st_mode)
                     ? fault_trouble(f, "%s: not a regular file", path)
                     : lines_each(source_fd(fd), 0, take_line, r, f);
    close(fd);
    return result;
}

int peers_read(struct peers *p, const char *path, const uint8_t chain[ID_LEN], uint64_t *chance,
               struct fault *f)
{
    struct reading r = {.chain = chain, .chance = chance};
    uint64_t seed = *chance;
    idmap_init(&r.places, sizeof(struct place), PEERS_MAX, chance_next(&seed));
    int result = read_file(&r, path, f);
    idmap_free(&r.places);
    if (result) {
        peers_free(&r.peers);
        return -1;
    }
    peers_free(p);
    *p = r.peers;
    return 0;
}

void peers_free(struct peers *p)
{
    free(p->list);
    *p = (struct peers){0};
}
