# The shell that runs the commands of a lesson: one request a line on stdin, KIND FILE, and for each its status on
# the fifo OWN/done. Variables and background processes remain from command to command.
# shellcheck shell=sh disable=SC1090
#
#   begin  nothing
#   run    a command of the lesson
#   ask    the command that gives an answer, which changes no variable here
#   try    something else that the reader typed, in a copy of the folder: it has the lesson's variables and functions,
#          and changes none, nor a file. OWN/trying is the process that runs it.
#   free   the same in the folder itself, when the lesson is over
lesson_own=$1
cd -- "$2" || exit
set --
exec 3<&0 </dev/null 4<"$lesson_own/alive"
# If the runner is killed before it could clean up, the other end of this fifo closes.
(
    read -r _ <&4
    trap '' TERM
    kill 0
    sleep 1
    rm -rf "${lesson_own%/*}"
    kill -KILL 0
) 3<&- &
exec 4<&-
trap 'echo ended >"$lesson_own/done"' EXIT
while read -r lesson_kind lesson_file <&3; do
    case $lesson_kind in
    run)
        . "$lesson_file" >"$lesson_own/out" 2>&1 3<&-
        ;;
    ask)
        (trap - EXIT && . "$lesson_file") >"$lesson_own/out" 2>&1 3<&-
        ;;
    try | free)
        (
            trap - EXIT
            # shellcheck disable=SC2016 # that shell's
            sh -c 'echo "$PPID"' >"$lesson_own/trying"
            [ "$lesson_kind" = free ] || {
                rm -rf "$lesson_own/copy"
                cp -R . "$lesson_own/copy" && cd "$lesson_own/copy" || exit
            }
            eval "$(cat "$lesson_file")"
        ) >"$lesson_own/out" 2>&1 3<&-
        ;;
    esac
    echo "$?" >"$lesson_own/done"
done
