# Messages and output.
# shellcheck shell=sh

trouble() { # REASON
    printf '%s\n' "@PROGPREFIX@@NAME@: $1" >&2
    exit 2
}

# All output goes through here, so a line that cannot be written is an error and is not lost silently.
write() {
    printf '%s\n' "$1" 2>/dev/null || trouble 'stdout: cannot be written'
}
