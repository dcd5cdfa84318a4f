# The shell of a lesson: what it starts, runs and ends. Its text is $shell_text.
# shellcheck shell=sh

shell='' waiter=''

# Under these names the lessons know the programs, whatever prefix they were installed with.
link_programs() {
    prefix=@PROGPREFIX@
    [ -n "$prefix" ] || return 0
    mkdir "$own/bin"
    for file in "$here/$prefix"*; do
        name=${file##*/}
        ln -s "$file" "$own/bin/${name#"$prefix"}"
    done
    PATH=$own/bin:$PATH
}

start_shell() {
    mkdir "$top/lesson"
    mkfifo "$own/requests" "$own/done" "$own/alive"
    exec 6<>"$own/alive" 8<>"$own/requests" 9<>"$own/done"
    setsid sh -c "$shell_text" sh "$own" "$top/lesson" <"$own/requests" \
        >"$own/said" 2>&1 6>&- 8>&- 9>&- &
    shell=$!
}

# request KIND FILE: has the shell do it. Sets $status, to `late' if that takes too long; the output is in $own/out.
# What waits has no end of its own open for writing: if this is killed, it ends, too.
request() {
    timeout "$limit" head -n 1 <"$own/done" >"$own/status" 6>&- 8>&- 9>&- &
    waiter=$!
    printf '%s %s\n' "$1" "$2" >&8
    wait "$waiter" || :
    waiter=''
    read -r status <"$own/status" || status=late
}

# The processes of the lesson's session, without those that have ended. (Its shell may not have begun one yet.)
running() {
    cat /proc/[0-9]*/stat 2>/dev/null | awk -v session="$shell" '
        { pid = $1; sub(/.*\) /, "") }
        ($4 == session || pid == session) && $1 != "Z" && pid ~ /^[0-9]+$/ { print pid }'
}

# A process and all that run under it.
family() { # PID
    cat /proc/[0-9]*/stat 2>/dev/null | awk -v top="$1" '
        { pid = $1; sub(/.*\) /, "") }
        pid ~ /^[0-9]+$/ { parent[pid] = $2 }
        END {
            for (pid in parent) {
                for (up = pid; up != top && up in parent && up > 1; up = parent[up])
                    ;
                if (up == top)
                    print pid
            }
        }'
}

# try_typed KIND: runs what the reader typed. Ctrl-C ends that alone.
try_typed() {
    printf '%s\n' "$heard" >"$own/typed"
    rm -f "$own/trying"
    trap '[ -z "$waiter" ] || { kill "$waiter" && wait "$waiter"; } 2>/dev/null || :' 2
    request "$1" "$own/typed"
    trap 'killed 2' 2
    [ "$status" != late ] || end_typed
    show_output
}

end_typed() {
    for step in TERM:1 KILL:10; do # signal, and seconds to wait
        # shellcheck disable=SC2046 # numbers are words
        kill -s "${step%:*}" $(family "$(cat "$own/trying" 2>/dev/null)") 2>/dev/null || :
        timeout "${step#*:}" head -n 1 <"$own/done" >"$own/status" 6>&- 8>&- 9>&- || continue
        status=ended
        echo "(It was ended, by Ctrl-C or after $limit seconds.)" >>"$own/out"
        return 0
    done
    differs '@PROGPREFIX@lesson: what was typed does not end'
}

# end_shell: ends everything that the lesson started: politely, and after three seconds by force.
end_shell() {
    [ -n "$shell" ] || return 0
    for step in TERM:0.02 0:0.1 0:0.3 0:0.6 0:1 0:1 KILL:0.1 KILL:0.5 KILL:1; do # signal, and seconds to wait
        left=$(running)
        [ -n "$left" ] || break
        # shellcheck disable=SC2086 # numbers are words
        kill -s "${step%:*}" $left 2>/dev/null || :
        sleep "${step#*:}"
    done
    exec 6>&- 8>&- 9>&-
    wait "$shell" 2>/dev/null || :
    shell=''
}
