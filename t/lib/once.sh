#!/bin/sh
# once.sh TREE OBJECT...: prints every struct, union or enum whose name two headers under TREE/src define, and every
# symbol with external linkage, hidden or not, that two of these objects, or members of these archives, define.
# Status 1 if there is one.
#
# The headers of a kernel's lanes are the same text for several processors: one file includes one of them, and no other.
# Each program has its own main.
set -eu
tree=${1-.}
[ $# -eq 0 ] || shift

twice() {
    LC_ALL=C sort -s -t '	' -k 1,1 | awk -F '	' '
        $1 == name { printf "%s: %s: also in %s\n", $2, $1, place; refused = 1 }
        { name = $1; place = $2 }
        END { exit refused }'
}

status=0
(cd "$tree" && find src -name '*.h' ! -name '*lanes*' | LC_ALL=C sort | xargs awk '
    /^(struct|union|enum) [a-z_0-9]+ \{/ { print $1 " " $2 "\t" FILENAME ":" FNR }') | twice || status=1
[ $# -eq 0 ] || nm -A -g --defined-only "$@" | awk '
    NF == 3 && $2 !~ /[VvWw]/ && $3 !~ /^(__.*|main)$/ { sub(/:[0-9a-f]*$/, "", $1); print $3 "\t" $1 }' | twice || status=1
exit $status
