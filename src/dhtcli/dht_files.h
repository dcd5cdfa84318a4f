/* The folder of a DHT node (dht-node(1)): the files id, where, nodes, peers and items. Each is
 * replaced as a whole, so a node that is killed leaves the old one or the new one. Only programs
 * use this: it prints and exits. */
#ifndef DHTCLI_DHT_FILES_H
#define DHTCLI_DHT_FILES_H

#include "dhtcli/dht_world.h"

struct dht_files {
    const char *folder;
    int lock;         /* a descriptor */
    int64_t due;      /* when to look whether something changed */
    uint64_t version; /* of what is on disk */
    int64_t nodes_due;
    size_t contacts; /* of the table, as of the last look */
    bool failed;     /* it could not be written, which was reported */
};

/* Makes the folder if it is missing, waits for its lock, and removes `where`, which would lead to a
 * node that has ended. */
void dht_files_open(struct dht_files *d, const char *folder);
void dht_files_close(struct dht_files *d);

/* Our ids, of IPv4 and of IPv6: those in the file, or new ones. If they differ, the file has a line
 * for each. */
void dht_files_ids(const struct dht_files *d, struct node_id ids[2]);
void dht_files_put_ids(struct dht_files *d, const struct node_id ids[2]);

/* A line HOST:PORT for each socket. */
void dht_files_put_where(struct dht_files *d, const struct dht_world *w);

/* Gives the node what the files hold. Lines that are wrong are left out, which is reported. */
void dht_files_load(struct dht_files *d, struct dht_world *w);

/* Writes what has changed, if that is due; or at once. If it cannot be written, as on a full disk,
 * that is reported once. */
void dht_files_save(struct dht_files *d, const struct dht_world *w, bool at_once);

/* For how many milliseconds nothing is due. */
int dht_files_wait(const struct dht_files *d, const struct dht_world *w);

#endif
