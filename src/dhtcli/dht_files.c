#include "dhtcli/dht_files.h"

#include "base/file.h"
#include "base/lines.h"
#include "cli/cli.h"
#include "crypto/secret_key.h"
#include "dhtcli/dht_lines.h"
#include "dhtcli/endpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    SAVE_EVERY = 1000,   /* ms, at least */
    SAVE_SHARE = 20,     /* ... and so many times what the last one took */
    NODES_EVERY = 30000, /* ms */
};

struct file_path {
    char text[PATH_MAX];
};

static struct file_path path_of(const struct dht_files *d, const char *name)
{
    struct file_path p;
    int n = snprintf(p.text, sizeof p.text, "%s/%s", d->folder, name);
    if (n < 0 || (size_t)n >= sizeof p.text)
        cli_die("%.80s: the name is too long", d->folder);
    return p;
}

void dht_files_open(struct dht_files *d, const char *folder)
{
    *d = (struct dht_files){.folder = folder};
    if (mkdir(folder, 0777) && errno != EEXIST)
        cli_die("%s: %s", folder, strerror(errno));
    d->lock = file_open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (d->lock < 0 || file_lock(d->lock, folder))
        cli_die("%s: %s", folder, strerror(errno));
    struct file_path where = path_of(d, "where");
    if (unlink(where.text) && errno != ENOENT)
        cli_die("%s: %s", where.text, strerror(errno));
}

void dht_files_close(struct dht_files *d)
{
    close(d->lock);
}

/* --- Reading ---------------------------------------------------------------------------------- */

/* Gives `take` each line of a file, if there is one. */
static void read_file(const struct dht_files *d, const char *name, lines_take *take, void *self)
{
    struct file_path path = path_of(d, name);
    struct fault f;
    int fd = file_open(path.text, O_RDONLY | O_CLOEXEC, 0);
    if (fd < 0 && errno == ENOENT)
        return;
    if (fd < 0)
        cli_die("%s: %s", path.text, strerror(errno));
    if (lines_each(source_fd(fd), 0, take, self, &f))
        cli_fail(path.text, &f);
    close(fd);
}

static int take_id(void *self, const struct line *line, struct fault *f)
{
    struct node_id *ids = self;
    if (line->number <= 2 && line->state == LINE_WHOLE &&
        hex20_parse(line->text, line->len, &ids[line->number - 1]) == 0)
        return 0;
    return fault_trouble(f, "line %" PRIu64 ": not an id of 40 digits: remove the file",
                         line->number);
}

void dht_files_ids(const struct dht_files *d, struct node_id ids[2])
{
    static const struct node_id none;
    struct fault f;
    ids[0] = ids[1] = none;
    read_file(d, "id", take_id, ids);
    if (node_id_equal(&ids[0], &none) && secret_random(ids[0].bytes, NODE_ID_LEN, &f))
        cli_fail(NULL, &f);
    if (node_id_equal(&ids[1], &none))
        ids[1] = ids[0];
}

/* A file that is being read into the node. */
struct loading {
    struct dht_world *world;
    int64_t now, wall;
    const char *place;
    int (*take)(struct loading *l, const struct line *line, struct fault *f);
    uint64_t wrong;
};

static int take_node(struct loading *l, const struct line *line, struct fault *f)
{
    struct contact c;
    if (dht_line_node(line->text, line->len, &c, f))
        return -1;
    if (dht_world_reaches(l->world, &c))
        dht_node_know(l->world->node, &c, l->now);
    return 0;
}

/* A time in the future is now. */
static int64_t time_of(const struct loading *l, int64_t seconds)
{
    return seconds * 1000 < l->wall ? seconds * 1000 : l->wall;
}

static int take_peer(struct loading *l, const struct line *line, struct fault *f)
{
    struct node_id key;
    struct contact peer;
    int64_t time;
    if (dht_line_peer(line->text, line->len, &key, &peer, &time, f))
        return -1;
    time = time_of(l, time);
    if (l->wall - time < DHT_PEER_LIFE)
        cli_memory(dht_peers_add(dht_node_peers(l->world->node), &key, &peer, time) < 0);
    return 0;
}

static int take_item(struct loading *l, const struct line *line, struct fault *f)
{
    struct dht_item item;
    int64_t time;
    if (dht_line_item(line->text, line->len, &item, &time, f))
        return -1;
    time = time_of(l, time);
    if (l->wall - time < DHT_ITEM_LIFE)
        dht_items_put(dht_node_items(l->world->node), &item, (struct krpc_number){0}, NULL, time);
    return 0;
}

/* A wrong line is left out; the first is reported. */
static int take_line(void *self, const struct line *line, struct fault *f)
{
    struct loading *l = self;
    if (line->state != LINE_WHOLE)
        fault_rule(f, "not a whole line");
    else if (l->take(l, line, f) == 0)
        return 0;
    if (l->wrong++ == 0)
        cli_report(l->place, line->number, f->text);
    return 0;
}

void dht_files_load(struct dht_files *d, struct dht_world *w)
{
    static const struct {
        const char *name;
        int (*take)(struct loading *l, const struct line *line, struct fault *f);
    } files[] = {{"peers", take_peer}, {"items", take_item}, {"nodes", take_node}};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct file_path path = path_of(d, files[i].name);
        struct loading l = {
            .world = w, .now = loop_now(), .place = path.text, .take = files[i].take};
        l.wall = dht_node_wall(w->node, l.now);
        read_file(d, files[i].name, take_line, &l);
        if (l.wrong > 1)
            cli_warn("%s: %" PRIu64 " lines are wrong, and left out", path.text, l.wrong);
    }
    d->version = dht_node_version(w->node);
}

/* --- Writing ---------------------------------------------------------------------------------- */

/* *failed: a line could not be made, for want of memory. */
static void replace(struct dht_files *d, const char *name, struct buf *text, int no_memory)
{
    struct file_path path = path_of(d, name);
    int error = no_memory ? ENOMEM : 0;
    if (!error && file_replace_unsynced(path.text, text->len ? text->data : "", text->len))
        error = errno;
    if (error && !d->failed)
        cli_warn("%s: %s", path.text, strerror(error));
    d->failed = error != 0;
    buf_free(text);
}

void dht_files_put_ids(struct dht_files *d, const struct node_id ids[2])
{
    struct buf text = {0};
    int failed = 0;
    for (int i = 0; i < (node_id_equal(&ids[0], &ids[1]) ? 1 : 2); i++)
        failed |= buf_add_string(&text, hex20(&ids[i]).text) || buf_add(&text, "\n", 1);
    replace(d, "id", &text, failed);
}

void dht_files_put_where(struct dht_files *d, const struct dht_world *w)
{
    struct buf text = {0};
    int failed = 0;
    for (size_t i = 0; i < w->socket_count; i++)
        failed |= buf_add_string(&text, udp_address(w->sockets[i].udp)) || buf_add(&text, "\n", 1);
    replace(d, "where", &text, failed);
    if (d->failed)
        cli_die("%s: the file where cannot be written", d->folder);
}

static void save_nodes(struct dht_files *d, const struct dht_world *w)
{
    struct buf text = {0};
    int failed = 0;
    for (uint8_t host_len = 4; host_len <= 16; host_len += 12) {
        const struct routing_table *t = dht_node_table(w->node, host_len);
        size_t place = 0;
        for (const struct routing_entry *e; !failed && (e = routing_each(t, &place));)
            failed = dht_line_put_node(&text, &e->contact);
    }
    if (text.len || failed) /* a node that is alone now still knows whom it knew */
        replace(d, "nodes", &text, failed);
}

static int put_peer(void *self, const struct node_id *key, const struct contact *peer, int64_t time)
{
    return dht_line_put_peer(self, key, peer, time / 1000);
}

static int put_item(void *self, const struct dht_item *item, int64_t time)
{
    return dht_line_put_item(self, item, time / 1000);
}

static void save_stores(struct dht_files *d, const struct dht_world *w)
{
    struct buf peers = {0}, items = {0};
    uint64_t version = dht_node_version(w->node);
    int failed = dht_peers_each(dht_node_peers(w->node), put_peer, &peers);
    replace(d, "peers", &peers, failed);
    bool first = d->failed;
    failed = dht_items_each(dht_node_items(w->node), put_item, &items);
    replace(d, "items", &items, failed);
    d->failed |= first;
    if (!d->failed)
        d->version = version;
}

static size_t contacts_of(const struct dht_world *w)
{
    return routing_size(dht_node_table(w->node, 4)) + routing_size(dht_node_table(w->node, 16));
}

void dht_files_save(struct dht_files *d, const struct dht_world *w, bool at_once)
{
    int64_t now = loop_now();
    if (!at_once && now < d->due)
        return;
    if (at_once || now >= d->nodes_due || contacts_of(w) != d->contacts) {
        save_nodes(d, w);
        d->contacts = contacts_of(w);
        d->nodes_due = now + NODES_EVERY;
    }
    if (dht_node_version(w->node) != d->version)
        save_stores(d, w);
    d->due = now + SAVE_EVERY + SAVE_SHARE * (loop_now() - now);
}

int dht_files_wait(const struct dht_files *d, const struct dht_world *w)
{
    bool changed = dht_node_version(w->node) != d->version || contacts_of(w) != d->contacts;
    int64_t due = changed ? d->due : d->nodes_due;
    int64_t left = due - loop_now();
    return left <= 0 ? 0 : left < INT_MAX ? (int)left : INT_MAX;
}
