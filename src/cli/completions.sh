#!/bin/sh
# completions.sh SHELL PROGRAM NAME: prints the completions for bash, zsh or fish of a program that is installed
# as NAME.
#
# Names of accounts are completed from `names` and *.pub in the current folder, but only names in their one valid form,
# so a file from somebody else cannot put anything else on a command line.
#
# The only source is PROGRAM --help: the usage line, and a line for each option. If the help of an option lists words
# as one|two|three, these complete its argument; otherwise the argument's name decides whether files, accounts or
# nothing can complete it.
set -efu
LC_ALL=C
export LC_ALL

[ $# -eq 3 ] || { echo 'usage: completions.sh bash|zsh|fish PROGRAM NAME' >&2; exit 2; }
help=$("$2" --help)

# Prints a line for each option: LETTER, LONG, ARGUMENT, KIND, HELP, separated by tabs, with - for none. KIND is -
# for no argument, ? for anything, % for a file, / for a folder, @ for an account, or a list of words. The first line
# has the kind of the operands.
table() {
    printf '%s\n' "$help" | awk '
        function place(name, help) {
            if (name == "-")
                return "-"
            if (match(name, /^[a-z]+(\|[a-z]+)+$/))
                return words(name)
            if (match(help, /[a-z-]+(\|[a-z-]+)+/))
                return words(substr(help, RSTART, RLENGTH))
            if (name ~ /(^|[^A-Z])(FILE|LEDGER|KEY|KEYS|POOL|SHARES|PEERS|LOG|NAMES)([^A-Z]|$)/)
                return "%"
            if (name ~ /(^|[^A-Z])DIR([^A-Z]|$)/)
                return "/"
            return name ~ /(^|[^A-Z])(ACCOUNT|NAME|FROM|TO|WHO)([^A-Z]|$)/ ? "@" : "?"
        }
        function words(s) { gsub(/\|/, " ", s); return s }
        NR == 1 {
            usage = $0
            while (sub(/\[-[^]]*\]/, "", usage))
                ;
            sub(/^usage: [^ ]* */, "", usage)
            gsub(/(^| )-[A-Za-z0-9] [^ ]+/, "", usage)    # a required option
            sub(/^ *\[LEDGER\] +/, "", usage)              # others may follow it, and are what is typed most
            print "operands\t" (usage ~ /^[] .[]*$/ ? "-" : place(usage, ""))
        }
        /^  -[A-Za-z0-9]/ {
            line = substr($0, 3)
            cut = index(line, "  ")
            head = cut ? substr(line, 1, cut - 1) : line
            rest = cut ? substr(line, cut) : ""
            sub(/^ */, "", rest)
            # if the left side is too long for its column, its help follows after one space
            letter = substr(head, 2, 1)
            head = substr(head, 3)
            sub(/^, /, "", head)
            sub(/^ /, "", head)
            long = "-"
            if (match(head, /^--[a-z-]+/)) {
                long = substr(head, 3, RLENGTH - 2)
                head = substr(head, RLENGTH + 1)
                sub(/^[ =]/, "", head)
            }
            n = split(head, w, " ")
            arg = n > 0 ? w[1] : "-"
            if (n > 1 && rest == "")
                rest = substr(head, length(arg) + 2)
            print letter "\t" long "\t" arg "\t" place(arg, rest) "\t" rest
        }'
}

# The command that prints the names.
names='sed -n "s/^key [0-9a-fps]* \([A-Za-z0-9._%][A-Za-z0-9._~%-]*\)\$/\1/p" names *.pub 2>/dev/null'

# --- bash --------------------------------------------------------------------------------------------

for_bash() {
    table | names=$names awk -F '\t' -v name="$1" -v q="'" '
        function answer(place) {
            if (place == "%") return functions "_paths f"
            if (place == "/") return functions "_paths d"
            if (place == "@") return functions "_names"
            if (place == "-" || place == "?") return ":"
            return functions "_words \"" place "\""
        }
        BEGIN { functions = "_" name; gsub(/[^A-Za-z0-9_]/, "_", functions) }
        $1 == "operands" { operands = $2; next }
        {
            options = options " -" $1 ($2 == "-" ? "" : " --" $2)
            if ($3 != "-")
                cases = cases "    -" $1 ($2 == "-" ? "" : " | --" $2) ") " answer($4) "; return ;;\n"
        }
        END {
            print "# bash completion for " name "; made from its --help"
            print "# Each line on stdin that begins with the word is a completion."
            print functions "_answers() {"
            print "    local answer"
            print "    while IFS= read -r answer; do"
            print "        [[ $answer != \"$word\"* ]] || COMPREPLY+=(\"$glued$answer\")"
            print "    done"
            print "}"
            print functions "_words() { " functions "_answers < <(IFS=\" \"; set -f; builtin printf \"%s\\n\" $1); }"
            print "# The subshell sets the options that the pattern needs, whatever they are at the prompt."
            print functions "_names() {"
            print "    " functions "_answers < <(shopt -u failglob; set +f; command " ENVIRON["names"] ")"
            print "}"
            print "# Folders, or any files. Readline completes words that begin with a quote or a tilde."
            print functions "_paths() {"
            print "    if [ \"$1\" = d ] || [ \"$glued\" ]; then"
            print "        compopt -o filenames"
            print "        COMPREPLY=()"
            print "        " functions "_answers < <(compgen -\"$1\" -- \"$word\")"
            print "        [ ${#COMPREPLY[@]} -gt 0 ] || compopt -o dirnames"
            print "    else"
            print "        compopt -o default"
            print "    fi"
            print "}"
            print functions "() {"
            print "    local IFS=$" q " \\t\\n" q " glued="
            print "    local word=${COMP_WORDS[COMP_CWORD]-} before=${COMP_WORDS[COMP_CWORD - 1]-}"
            print "    COMPREPLY=()"
            print "    # --option=value arrives as three words; or as one, if COMP_WORDBREAKS has no ="
            print "    if [[ $word == --*=* ]]; then"
            print "        before=${word%%=*} glued=${word%%=*}= word=${word#*=}"
            print "    elif [ \"$word\" = = ]; then"
            print "        word="
            print "    elif [ \"$before\" = = ] && [ \"$COMP_CWORD\" -gt 1 ]; then"
            print "        before=${COMP_WORDS[COMP_CWORD - 2]}"
            print "    fi"
            print "    case $before in"
            printf "%s", cases
            print "    esac"
            print "    [ -z \"$glued\" ] || return 0"
            print "    case $word in"
            print "    -*) " functions "_words \"" substr(options, 2) "\" ;;"
            print "    *) " answer(operands) " ;;"
            print "    esac"
            print "}"
            print "complete -F " functions " " name
        }'
}

# --- zsh ---------------------------------------------------------------------------------------------

# In zsh, a pattern that matches nothing is an error; (N) prevents that.
zsh_names() { printf 'command %s\n' "$names" | sed 's/ [*]\.pub/ *.pub(N)/'; }

for_zsh() {
    table | names=$(zsh_names) awk -F '\t' -v name="$1" -v q="'" '
        # in a specification of _arguments, in single quotes
        function quoted(s) {
            gsub(/\\/, "\\\\", s)
            gsub(/\[/, "\\[", s)
            gsub(/\]/, "\\]", s)
            gsub(/:/, "\\:", s)
            gsub(q, q "\\" q q, s)
            return s
        }
        function answer(place, arg) {
            if (place == "-") return ""
            if (place == "%") return ":" quoted(arg) ":_files"
            if (place == "/") return ":" quoted(arg) ":_files -/"
            if (place == "@") return ":" quoted(arg) ":{_" functions "_names}"
            if (place == "?") return ":" quoted(arg) ": "
            return ":" quoted(arg) ":(" place ")"
        }
        BEGIN {
            print "#compdef " name
            print "# zsh completion for " name "; made from its --help"
            functions = name
            gsub(/[^A-Za-z0-9_]/, "_", functions)
            print "_" functions "_names() { compadd -- ${(f)\"$(" ENVIRON["names"] ")\"} }"
            print "_arguments -s -S \\"
        }
        $1 == "operands" { operands = $2; next }
        {
            several = "*"
            if ($1 == "h" || $1 == "V")
                several = "(- *)"
            print "  " q several "-" $1 "[" quoted($5) "]" answer($4, $3) q " \\"
            if ($2 != "-")
                print "  " q several "--" $2 ($3 == "-" ? "" : "=") "[" quoted($5) "]" answer($4, $3) q " \\"
        }
        END { print (operands == "-" || operands == "?" ? "  && return 0" : "  " q "*" answer(operands, "operand") q) }'
}

# --- fish --------------------------------------------------------------------------------------------

for_fish() {
    table | awk -F '\t' -v name="$1" -v q="'" '
        function quoted(s) {
            gsub(/\\/, "\\\\", s)
            gsub(q, "\\" q, s)
            return q s q
        }
        function answer(place) {
            if (place == "-") return ""
            if (place == "%") return " -r -F"
            if (place == "/") return " -x -a " q "(__fish_complete_directories)" q
            if (place == "@") return " -x -a " q NAMES q
            if (place == "?") return " -x"
            return " -x -a " quoted(place)
        }
        BEGIN {
            NAMES = "(__peerutils_names)"
            print "function __peerutils_names"
            print "    set -l books *.pub"
            print "    command cat names $books 2>/dev/null |"
            print "        string replace -rf " q "^key [0-9a-fps]+ ([A-Za-z0-9._%][A-Za-z0-9._~%-]*)$" q " " q "$1" q
            print "end"
            print "# fish completion for " name "; made from its --help"
        }
        $1 == "operands" {
            if ($2 == "/")
                print "complete -c " name " -f -a " q "(__fish_complete_directories)" q
            else if ($2 == "@")
                print "complete -c " name " -f -a " q NAMES q
            else
                print "complete -c " name ($2 == "%" ? " -F" : " -f")
            next
        }
        { print "complete -c " name " -s " $1 ($2 == "-" ? "" : " -l " $2) answer($4) " -d " quoted($5) }'
}

case $1 in
bash | zsh | fish) "for_$1" "$3" ;;
*)
    echo "completions.sh: $1 is neither bash nor zsh nor fish" >&2
    exit 2
    ;;
esac
