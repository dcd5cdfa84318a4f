# Graded forgeries: an exercise for each student, and a table of who found what.
# shellcheck shell=sh
#
# DIR/NAME      for the student: ledger, names, payments, task, and sealed, the hash of the answers
# DIR/teacher   for nobody else: seed, and NAME.answers, one `LINE KIND' for each forgery after a line of salt
#
# An exercise is drawn from the seed and the student's name alone, so those of others do not depend on who else comes.

# Kinds of txmake -B that a class can find.
kinds='signature sequence amount double-spend other-chain form fee replay'

drawn() { # WORDS: 64 digits that follow from them and the seed
    printf '%s %s' "$seed" "$1" | sha256sum | cut -c 1-64
}

# The ledger that all exercises are about, in the current folder.
make_ledger() {
    for name in alice bob carol miner; do
        @PROGPREFIX@keygen -s "$name" "$name"
    done >names 2>said
    @PROGPREFIX@ledger-init -n exercise -t 0fff -e 0 -T 1700000000 alice 300 bob 200 carol 100 >ledger
    printf '%s\n' 'alice bob 20 books' 'bob carol 5 tea' 'carol alice 4 cake' | @PROGPREFIX@txmake >wanted
    sign wanted | @PROGPREFIX@mine -m miner -T 1700000010 | @PROGPREFIX@ledger-append -q
}

sign() { # FILE
    cp "$1" lines
    for name in alice bob carol; do
        @PROGPREFIX@txsign -k "$name.key" lines >signed 2>said || [ $? -eq 1 ]
        mv signed lines
    done
    cat lines
}

# Ten payments between the three, by digits of a hash.
draw_payments() { # DIGITS
    echo "$1" | awk '
        function digit(i) { return index("0123456789abcdef", substr($0, i, 1)) - 1 }
        BEGIN {
            split("alice bob carol", who, " ")
            split("rent lunch pens coat film lamp nuts soap ink shoes", what, " ")
        }
        {
            for (i = 1; i <= 10; i++) {
                from = digit(4 * i) % 3
                to = (from + 1 + digit(4 * i + 1) % 2) % 3
                print who[from + 1], who[to + 1], digit(4 * i + 2) % 9 + 1, what[i]
            }
        }'
}

# Three forgeries of different kinds, in `unsigned' and `found'.
forge() { # NAME
    draw_payments "$(drawn "$1 payments")" >wanted
    first=$(($(printf '%d' "0x$(drawn "$1 forgeries" | cut -c 1-7)")))
    for try in $(seq 2000); do
        @PROGPREFIX@txmake -B any -r 25 -e $((first + try)) -A answers <wanted >unsigned 2>said || continue
        awk -v kinds=" $kinds " '
            { print $1, $3; bad = bad || seen[$3]++ || !index(kinds, " " $3 " ") }
            END { exit bad || NR != 3 }' answers >found && return 0
    done
    trouble "no exercise for $1 was found"
}

write_task() { # NAME
    cat <<END
$1: three of the lines in the file payments are forged. Find them.

The ledger (\`ledger') is good. Each forged line breaks one rule; all other lines are honest, and
would be good one after the other. Write your answer to the file \`answer', a line for each forgery:
its number in payments, and its kind, which is one of

    $kinds

for example: 4 signature. The answers are fixed already: the SHA-256 of the file that your teacher
has is in \`sealed'. Ask to see that file when the hour is over.
END
}

make_exercise() { # FOLDER NAME
    mkdir "$1/$2" 2>/dev/null || trouble "$1/$2: cannot be made, or is there already"
    forge "$2"
    sign unsigned >"$1/$2/payments"
    cp ledger names "$1/$2"
    write_task "$2" >"$1/$2/task"
    { echo "salt $(drawn "$2 salt")" && cat found; } >"$1/teacher/$2.answers"
    sha256sum <"$1/teacher/$2.answers" | cut -c 1-64 >"$1/$2/sealed"
}

# keep_seed FILE: all exercises of a folder are drawn from one seed, which is in this file.
keep_seed() {
    [ ! -e "$1" ] || {
        kept=$(cat "$1")
        [ "${seed:-$kept}" = "$kept" ] || trouble "$1: these exercises have another seed; leave out -e, or name a new folder"
        seed=$kept
        return 0
    }
    [ -n "$seed" ] || seed=$(od -An -N 16 -tx1 /dev/urandom | tr -d ' \n')
    printf '%s\n' "$seed" >"$1"
}

make_exercises() { # FOLDER NAME...
    folder=$1
    shift
    for name; do
        case $name in
        '' | teacher | [.-]* | *[!A-Za-z0-9._-]*) trouble "$name: no name of a student: letters, digits, ., _ and -" ;;
        esac
    done
    mkdir -p "$folder/teacher"
    chmod 700 "$folder/teacher"
    keep_seed "$folder/teacher/seed"
    folder=$(cd "$folder" && pwd)
    mkdir "$top/exercise"
    cd "$top/exercise"
    make_ledger
    for student; do
        make_exercise "$folder" "$student"
    done
}

# handed_in FILE: what it begins with. A pipe would never end, and a link could lead to the answers.
handed_in() {
    [ -f "$1" ] && [ ! -h "$1" ] && head -c 10000 "$1" 2>/dev/null
}

# The row of one student: forgeries found, wrong claims, and what is missing.
mark() { # FOLDER NAME
    sealed=$(handed_in "$1/$2/sealed" || :)
    [ "$(sha256sum <"$1/teacher/$2.answers" | cut -c 1-64)" = "$sealed" ] || {
        printf '%s\n' "@PROGPREFIX@lesson: $1/$2/sealed: not the hash of $1/teacher/$2.answers" >&2
        broken=1
    }
    handed_in "$1/$2/answer" >"$top/answer" || {
        write "$(printf '%-20s  -      -  no answer yet' "$2")"
        return 0
    }
    awk -v name="$2" '
        NR == FNR { if (FNR > 1) { kind[$1] = $2; right++ } next }
        { sub(/\r$/, "") }
        NF == 0 || claimed[$1 " " $2]++ { next }
        ($1 in kind) && kind[$1] == $2 { found[$1] = 1; n++; next }
        { wrong++ }
        END {
            for (i = 1; i <= 100; i++)
                if ((i in kind) && !(i in found) && kind[i] != "")
                    missing = missing "  " i " " kind[i]
            printf "%-20s %2d of %d %2d%s\n", name, n, right, wrong, missing
        }' "$1/teacher/$2.answers" "$top/answer" >"$top/row"
    write "$(cat "$top/row")"
}

mark_all() { # FOLDER
    [ -d "$1/teacher" ] || trouble "$1: no exercises here; name the students, and they are made"
    broken=0
    write "$(printf '%-20s %s' student 'found wrong  missing')"
    for file in "$1"/teacher/*.answers; do
        [ -e "$file" ] || continue
        student=${file##*/}
        mark "$1" "${student%.answers}"
    done
    return "$broken"
}
