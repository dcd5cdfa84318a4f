# What every script says of a wrong command line. Each has a usage() of its own.
# shellcheck shell=sh

# Prints what is missing or superfluous, then the usage line.
misuse() { # REASON
    printf '%s\n' "@PROGPREFIX@@NAME@: $1" >&2
    usage >&2
    exit 2
}

# Reports an option that getopts does not know, or that lacks its argument, from its $option and $OPTARG.
wrong_option() {
    case $option in
    :) misuse "-$OPTARG: its argument is missing" ;;
    [?]) misuse "-$OPTARG: no such option" ;;
    *) misuse "$option: no such option" ;;
    esac
}
