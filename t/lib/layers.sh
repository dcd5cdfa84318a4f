#!/bin/sh
# layers.sh TREE: prints every #include under TREE/src that goes against the layers. Status 1 if there is one.
#
# An arrow says what a folder may include besides itself; a folder that has no arrows here may hold nothing.
# Whatever is included goes by its folder (#include "base/hex.h"), or this could not tell.
set -eu
cd "${1-.}"

find src -name '*.[ch]' | LC_ALL=C sort | xargs awk '
function layer(folder, may) {
    allowed[folder] = " " folder " " may " "
}

function only(header, folder) {
    keeper[header] = folder
}

function refuse(why) {
    printf "%s:%d: %s\n", FILENAME, FNR, why
    refused = 1
}

BEGIN {
    layer("base", "")
    layer("hash", "base")
    layer("record", "base hash slhdsa crypto")
    layer("slhdsa", "base hash")
    layer("crypto", "base hash slhdsa")
    layer("work", "base hash")
    layer("stream", "base record hash crypto")
    layer("poh", "base record hash stream")
    layer("seal", "base record crypto work")
    layer("state", "base record hash")
    layer("chain", "base record work stream seal state")
    layer("index", "base record work stream seal state chain")
    layer("ledger", "base record work stream seal state chain index")
    layer("finality", "base record crypto seal ledger")
    layer("forge", "base record hash slhdsa crypto work stream seal state chain index ledger")
    layer("mempool", "base record hash stream seal state chain index ledger")
    layer("light", "base record hash crypto work stream seal chain finality")
    layer("query", "base record hash stream seal state chain index ledger light")
    layer("watch", "base record stream seal chain ledger query")
    layer("judge", "base record hash crypto stream seal state chain ledger finality mempool light query")
    layer("wire", "base record")
    layer("gossip", "base record hash crypto stream seal wire")
    layer("peers", "base record hash crypto")
    layer("net", "base record crypto stream wire peers")
    layer("sync", "base record hash stream ledger light wire gossip net")
    layer("consensus", "base record hash")
    layer("raft", "base record consensus")
    layer("paxos", "base record consensus")
    layer("bft", "base record hash consensus")
    layer("pbft", "base record hash consensus")
    layer("process", "base record consensus raft paxos bft pbft")
    layer("bencode", "base")
    layer("history", "base")
    layer("mesh", "base record stream peers net consensus process")
    layer("virtual", "base")
    layer("lookup", "base")
    layer("overlay", "base virtual lookup")
    layer("dht", "base record hash crypto bencode lookup")
    layer("simpeer", "base record hash stream wire gossip consensus virtual")
    layer("simprocess", "base consensus process simpeer")
    layer("maelstrom", "base consensus history simprocess")
    layer("scenario", "base consensus virtual simprocess maelstrom")
    layer("sim", "base consensus process history virtual simprocess maelstrom scenario")
    layer("model", "base consensus virtual simpeer lookup overlay")
    layer("farm", "base record hash crypto work seal")
    layer("validator", "base record hash crypto work stream seal state chain index ledger mempool farm consensus bft")
    layer("node", "base record hash index ledger")
    layer("explain", "base record hash slhdsa crypto work seal judge")
    layer("export", "base record hash stream state chain ledger query")
    layer("cli", "base record hash crypto")
    layer("enginecli", "base cli consensus process")
    layer("ledgercli", "base record stream chain ledger finality mempool light watch judge explain cli")
    layer("txcli", "base record hash state ledger forge mempool cli ledgercli")
    layer("blockcli", "base crypto stream chain ledger forge judge farm validator cli ledgercli")
    layer("netcli", "base record crypto seal ledger light query wire gossip peers net sync cli ledgercli")
    layer("dhtcli", "base record hash crypto bencode lookup dht peers net cli")
    layer("cmd", "base record hash crypto work stream poh seal state chain index ledger forge finality mempool light query watch " \
        "judge wire gossip peers net sync consensus raft paxos bft pbft process validator bencode history mesh virtual simpeer simprocess maelstrom " \
        "scenario sim lookup overlay dht model farm node explain export cli enginecli ledgercli txcli blockcli netcli dhtcli")
    allowed["cmd"] = substr(allowed["cmd"], 5)    # and no program includes another

    only("openssl/ssl.h", "net")
    only("openssl/", "crypto")
    only("sqlite3.h", "index")
    only("zlib.h", "index ledger wire consensus process")
    only("jansson.h", "maelstrom validator bencode")

    # What the C library and the compiler have, of which base is made.
    n = split("arpa/ assert.h byteswap.h complex.h cpuid.h ctype.h dirent.h dlfcn.h endian.h err.h errno.h fcntl.h " \
        "features.h fenv.h float.h fnmatch.h getopt.h glob.h grp.h inttypes.h iso646.h langinfo.h libgen.h " \
        "limits.h locale.h malloc.h math.h netdb.h netinet/ poll.h pthread.h pwd.h regex.h sched.h " \
        "semaphore.h setjmp.h signal.h spawn.h stdalign.h stdarg.h stdatomic.h stdbool.h stddef.h stdint.h " \
        "stdio.h stdio_ext.h stdlib.h stdnoreturn.h string.h strings.h sys/ syslog.h termios.h tgmath.h " \
        "threads.h time.h uchar.h unistd.h wchar.h wctype.h", names, " ")
    for (i = 1; i <= n; i++)
        libc[names[i]] = 1
}

FNR == 1 {
    split(FILENAME, path, "/")
    here = path[2]
    if (!(here in allowed))
        refuse("src/" here " has no place among the layers")
}

/^[ \t]*#[ \t]*include/ && here in allowed {
    what = $0
    sub(/^[ \t]*#[ \t]*include[ \t]*/, "", what)
    name = substr(what, 2)
    sub(/[">].*/, "", name)
    folder = name
    sub(/\/.*/, "", folder)
    if (what ~ /^"/) {
        if (name !~ /^[a-z]+\/[^\/]*$/)
            refuse("\"" name "\" does not name its folder")
        else if (!index(allowed[here], " " folder " "))
            refuse(here " may not include " name)
    } else if (what ~ /^</) {
        group = name ~ /\// && !(name in keeper) ? folder "/" : name
        if (group in keeper && !index(" " keeper[group] " ", " " here " "))
            refuse("only " keeper[group] " may include " name)
        else if (here == "base" && !(group in libc))
            refuse("base is made of the C library alone: not of " name)
    } else
        refuse("an include that is neither \"...\" nor <...>")
}

END { exit refused }
' || exit 1    # xargs has a status of its own for that
