# How a program ends that has started others: by end_all, which it has defined before.
# shellcheck shell=sh

# On a signal, ends everything and then dies of that signal, unless the shell ignores it (as bash does SIGQUIT).
killed() { # NUMBER
    trap - EXIT
    end_all
    trap - "$1"
    kill "-$1" $$
    exit $((128 + $1))
}
trap end_all EXIT
for signal in 1 2 3 13 15; do # HUP INT QUIT PIPE TERM
    # shellcheck disable=SC2064 # it expands now, on purpose
    trap "killed $signal" "$signal"
done
