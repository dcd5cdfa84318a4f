# For tests that must hold with every awk: after `load lib/awks`, make_awks makes a folder awks/NAME for each
# awk of this machine, with nothing in it but that one, as `awk`.

make_awks() {
    local name path
    for name in mawk gawk original-awk busybox goawk; do
        path=$(type -P "$name") || continue
        mkdir -p "awks/$name"
        ln -s "$path" "awks/$name/awk"
    done
    [ -e awks/gawk ] || return 0
    mkdir awks/gawk-posix
    printf '#!/bin/sh\nexec gawk --posix "$@"\n' >awks/gawk-posix/awk
    chmod 755 awks/gawk-posix/awk
}

# every_awk COMMAND...: under each of them it must end with status 0 and print the same bytes on stdout, which $out
# has then, and stderr.
every_awk() {
    local folder first=
    for folder in awks/*; do
        PATH=$PWD/$folder:$PATH "$@" >"said.${folder#*/}" 2>&1 || {
            echo "status $? with ${folder#*/}: $*"
            cat "said.${folder#*/}"
            return 1
        }
        first=${first:-said.${folder#*/}}
        cmp "$first" "said.${folder#*/}" || { echo "says something else: $*" && return 1; }
    done
    out=$first
}
