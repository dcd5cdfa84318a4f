#!/bin/sh
# completions.sh SHELL PROGRAM NAME: writes the completions of a program, which is installed as NAME, for bash, zsh or
# fish, to stdout.
#
# An account's name is completed from `names` and *.pub of the current folder, as far as it is one in its one form: a file
# that others wrote puts nothing else on a command line.
#
# All that it knows is what PROGRAM --help says: the usage line, and a line for each option. The words for an
# argument are taken from its help where they are written as one|two|three; else its name tells whether files go
# there, accounts, or nothing that can be completed.
set -efu
LC_ALL=C
export LC_ALL

[ $# -eq 3 ] || { echo 'usage: completions.sh bash|zsh|fish PROGRAM NAME' >&2; exit 2; }
help=$("$2" --help)

# An option a line: LETTER, LONG, ARGUMENT, what goes there, HELP; split by tabs, - for none. What goes there: -
# nothing, ? something, % a file, / a folder, @ an account, or the words themselves. Before them, the operands.
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
            return name ~ /(^|[^A-Z])(ACCOUNT|NAME|FROM|TO)([^A-Z]|$)/ ? "@" : "?"
        }
        function words(s) { gsub(/\|/, " ", s); return s }
        NR == 1 {
            usage = $0
            while (sub(/\[-[^]]*\]/, "", usage))
                ;
            sub(/^usage: [^ ]* */, "", usage)
            gsub(/(^| )-[A-Za-z0-9] [^ ]+/, "", usage)    # an option that is required
            sub(/^ *\[LEDGER\] +/, "", usage)              # others may follow it, and are what is typed most
            print "operands\t" (usage ~ /^[] .[]*$/ ? "-" : place(usage, ""))
        }
        /^  -[A-Za-z0-9]/ {
            line = substr($0, 3)
            cut = index(line, "  ")
            head = cut ? substr(line, 1, cut - 1) : line
            rest = cut ? substr(line, cut) : ""
            sub(/^ */, "", rest)
            # a left side that is too long for its column has its help behind one space
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

# What prints the names.
names='sed -n "s/^key [0-9a-f]* \([A-Za-z0-9._%][A-Za-z0-9._~%-]*\)\$/\1/p" names *.pub 2>/dev/null'

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
            print "# Each line on stdin that begins as the word does is an answer."
            print functions "_answers() {"
            print "    local answer"
            print "    while IFS= read -r answer; do"
            print "        [[ $answer != \"$word\"* ]] || COMPREPLY+=(\"$glued$answer\")"
            print "    done"
            print "}"
            print functions "_words() { " functions "_answers < <(IFS=\" \"; set -f; builtin printf \"%s\\n\" $1); }"
            print "# The subshell has the options that the pattern needs, whatever is set at the prompt."
            print functions "_names() {"
            print "    " functions "_answers < <(shopt -u failglob; set +f; command " ENVIRON["names"] ")"
            print "}"
            print "# Folders, or any files. What begins with a quote or a tilde is left to readline."
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
            print "    # --option=value comes in three words; or in one, if COMP_WORDBREAKS has no ="
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

# There, a pattern that fits nothing is an error.
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
            print "        string replace -rf " q "^key [0-9a-f]+ ([A-Za-z0-9._%][A-Za-z0-9._~%-]*)$" q " " q "$1" q
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
