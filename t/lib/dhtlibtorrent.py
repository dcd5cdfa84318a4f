"""dhtlibtorrent.py DIR [HOST:PORT...]: a DHT node of libtorrent, which begins with these. DIR/where says where it is.

Commands on stdin, one a line, are answered by a line each: announce KEY, peers KEY, put TEXT, get TARGET,
mutable ACCOUNT [SALT], torrent FILE FOLDER (seeds it), magnet KEY FOLDER (until all is there). $LTHOST: listen here.
"""

import os
import sys
import time

import libtorrent as lt

SETTINGS = {
    "enable_dht": True,
    "enable_lsd": False,
    "enable_upnp": False,
    "enable_natpmp": False,
    "dht_bootstrap_nodes": "",
    "dht_restrict_routing_ips": False,
    "dht_restrict_search_ips": False,
    "dht_ignore_dark_internet": False,
    "dht_prefer_verified_node_ids": False,
    "dht_enforce_node_id": False,
    "dht_block_ratelimit": 100000,
    "dht_upload_rate_limit": 10000000,
    "enable_outgoing_utp": False,
    "out_enc_policy": 2,
    "allow_multiple_connections_per_ip": True,
}


class Node:
    def __init__(self, folder, boots):
        host = os.environ.get("LTHOST", "127.0.0.1")
        bracketed = "[%s]" % host if ":" in host else host
        c = lt.alert.category_t
        mask = c.dht_notification | c.dht_operation_notification | c.status_notification
        self.session = lt.session({**SETTINGS, "listen_interfaces": bracketed + ":0", "alert_mask": mask})
        self.torrents = []
        for boot in boots:
            name, port = boot.rsplit(":", 1)
            self.session.add_dht_node((name.strip("[]"), int(port)))
        while self.session.listen_port() == 0:
            time.sleep(0.02)
        os.makedirs(folder, exist_ok=True)
        with open(folder + "/where.tmp", "w") as f:
            print("%s:%d" % (bracketed, self.session.listen_port()), file=f)
        os.rename(folder + "/where.tmp", folder + "/where")

    def wait(self, kind):
        """The next alert of this kind, or None."""
        end = time.time() + 60
        while time.time() < end:
            for alert in self.session.pop_alerts():
                if type(alert).__name__ == kind:
                    return alert
            time.sleep(0.02)
        return None

    def add(self, torrent, folder):
        torrent.save_path = folder
        torrent.flags &= ~lt.torrent_flags.auto_managed & ~lt.torrent_flags.paused
        self.torrents.append(self.session.add_torrent(torrent))
        return self.torrents[-1]

    def announce(self, key):
        self.add(lt.parse_magnet_uri("magnet:?xt=urn:btih:" + key), ".").force_dht_announce()
        return "announced %d" % self.session.listen_port()

    def peers(self, key):
        self.session.dht_get_peers(lt.sha1_hash(bytes.fromhex(key)))
        alert = self.wait("dht_get_peers_reply_alert")
        return " ".join(["peers"] + (sorted("%s:%d" % p for p in alert.peers()) if alert else []))

    def put(self, text):
        target = self.session.dht_put_immutable_item(text)
        alert = self.wait("dht_put_alert")
        return "put %s %d" % (target, alert.num_success if alert else -1)

    def get(self, target):
        self.session.dht_get_immutable_item(lt.sha1_hash(bytes.fromhex(target)))
        alert = self.wait("dht_immutable_item_alert")
        return "got %s" % (alert.message() if alert else None)

    def mutable(self, account, salt=""):
        self.session.dht_get_mutable_item(bytes.fromhex(account), salt.encode())
        alert = self.wait("dht_mutable_item_alert")
        return "got %s" % (alert.message() if alert else None)

    def torrent(self, file, folder):
        torrent = lt.add_torrent_params()
        torrent.ti = lt.torrent_info(file)
        torrent.flags |= lt.torrent_flags.seed_mode
        self.add(torrent, folder).force_dht_announce()
        return "seeding %s" % torrent.ti.info_hash()

    def magnet(self, key, folder):
        handle = self.add(lt.parse_magnet_uri("magnet:?xt=urn:btih:" + key), folder)
        end = time.time() + 60
        while time.time() < end and not handle.status().is_seeding:
            time.sleep(0.05)
        return "complete" if handle.status().is_seeding else "incomplete"


node = Node(sys.argv[1], sys.argv[2:])
for line in sys.stdin:
    words = line.split()
    print(getattr(node, words[0])(*words[1:]), flush=True)
