/* The lines of the files in a DHT node's folder, each a word and fields separated by spaces:
 *
 *     node ID HOST:PORT
 *     peer KEY HOST:PORT TIME
 *     item TARGET TIME VALUE [KEY SEQ SALT SIGNATURE]
 *
 * ID, KEY and TARGET are 40 hexadecimal digits, TIME is in Unix seconds. VALUE is bencoded, and
 * written in digits; so is SALT, or `-` if it has no bytes. */
#ifndef DHTCLI_DHT_LINES_H
#define DHTCLI_DHT_LINES_H

#include "base/buf.h"
#include "dht/item.h"

#include <stddef.h>

/* Append a line. 0, or -1: no memory. */
int dht_line_put_node(struct buf *out, const struct contact *c);
int dht_line_put_peer(struct buf *out, const struct node_id *key, const struct contact *peer,
                      int64_t time);
int dht_line_put_item(struct buf *out, const struct dht_item *item, int64_t time);

/* Read a line, without its newline. 0, or -1 and a rule. The item is checked, and its signature. */
int dht_line_node(const char *line, size_t n, struct contact *c, struct fault *f);
int dht_line_peer(const char *line, size_t n, struct node_id *key, struct contact *peer,
                  int64_t *time, struct fault *f);
int dht_line_item(const char *line, size_t n, struct dht_item *item, int64_t *time,
                  struct fault *f);

#endif
