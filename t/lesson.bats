# bats file_tags=slow
load lib/common
load lib/awks
load lib/ledger

# lesson: what a lesson's lines do, in every mode; that it leaves nothing behind; and every lesson that comes with it.

setup() {
    fresh_folder
    mkdir tmp
    export TMPDIR=$PWD/tmp
}

teardown() {
    [ -z "$(ls "$BATS_TEST_TMPDIR/tmp")" ]
}

# A lesson of these lines, after its first.
write_lesson() { # LINE...
    { printf 'title: X\n\n' && printf '%s\n' "$@"; } >x.lesson
}

# The one that its page shows.
page_lesson() {
    mandoc -T ascii -O width=200 "$ROOT/man/lesson.1" | col -bx |
        awk '/^ *title: / { on = 1 } /^ *To begin, copy/ { exit } on { sub(/^ {11}/, ""); print }'
}

@test "it lists the lessons, in their order, and prints the source of each" {
    expect 0 lesson
    [ "$(head -n 1 "$out")" = 'hash             8  Hash and chain' ]
    [ "$(wc -l <"$out")" -eq "$(find "$ROOT/src/lessons" -name '*.lesson' | wc -l)" ]
    cut -d ' ' -f 1 "$out" >names
    while read -r name; do
        lesson -x "$name" | cmp - "$ROOT/src/lessons/$name.lesson"
    done <names
    expect 2 lesson -x nosuch
    says '^lesson: nosuch: no such lesson; '
}

@test "one of your own: played, with its notes, and typed by a student" {
    page_lesson | sed '$d' >coin.lesson
    expect 0 lesson -a coin.lesson
    grep -qx '    8c52' "$out"
    grep -qx '= 0' "$out"
    refute grep -q '^[@!]' "$out"
    expect 0 lesson -n coin.lesson
    grep -qx 'minutes: 2' "$out"
    grep -q '^@ Ask' "$out"
    yes '' | head -n 2 | lesson -p coin.lesson >played 2>waits
    [ "$(cat waits)" = '(Enter)(Enter)' ]
    lesson -a coin.lesson | cmp - played
    # the command with other spaces, a wrong answer, the right one
    printf "%s\n" " printf 'alice says 7' |  sha256sum | cut  -c 1-4" 1 ' 0 ' | lesson coin.lesson >typed
    grep -qx 'No\.' typed
    grep -q '^The digit a is 10' typed
    grep -qx 'Right\.' typed
    grep -qx 'Right at once: 0 of 1\.' typed
    # Enter types it, and gives the answer
    printf '\n\n' | lesson ./coin.lesson >typed
    grep -qx 'The answer is: 0' typed
    # whoever leaves is told so
    expect 1 lesson coin.lesson </dev/null
    says '^lesson: left before its end$'
}

@test "what the student types instead runs in a copy of the folder" {
    write_lesson '$ x=5; echo old >file' '$ cat file' '> echo $x'
    printf '%s\n' '' 'echo new $x >file; cat file; exit 3' 'cat file' 'echo $x' | lesson x.lesson >typed
    grep -qx '    new 5' typed
    [ "$(grep -c '^    old$' typed)" -eq 1 ]
    printf '%s\n' '' "echo 'open" 'rm file' '' | lesson x.lesson >typed
    grep -qx '    old' typed
}

@test "after the hints the student tries them, with what the lesson has made" {
    write_lesson '$ greet() { echo "hello $1"; }; echo old >file' '* greet somebody' '$ true'
    printf '%s\n' '' 'greet ann; rm file' '' 'greet ben >>file' 'cat file; exit 3' nosuch '' 'greet cat' | lesson x.lesson >typed
    grep -qx '    hello ann' typed
    [ "$(grep -A 3 '^    old$' typed | paste -sd /)" = '    old/    hello ben/    [3]/$ nosuch' ]
    grep -q 'nosuch: .*not found' typed
    refute grep -Eq '/own/|hello cat' typed
    printf '\n\n' | lesson x.lesson >typed
    for play in -a -n; do
        lesson $play x.lesson </dev/null | refute grep -q '^(Try'
    done
}

@test "what was typed and does not end is ended, and the lesson goes on" {
    { printf 'title: X\nseconds: 1\n\n$ echo on\n' && printf '* more\n'; } >x.lesson
    printf '%s\n' 'sleep 1000' '' | lesson x.lesson >typed
    grep -q '^    (It was ended, .* after 1 seconds' typed
    grep -qx '    on' typed
    write_lesson '$ echo on'
    mkfifo lines
    exec 5<>lines
    env --default-signal=INT lesson x.lesson <lines >typed 2>&1 5>&- &
    printf '%s\n' "touch $PWD/on; sleep 1000" '' >&5
    eventually test -e on
    kill -s INT $!
    exec 5>&-
    wait $!
    grep -qx '    on' typed
}

@test "variables, folders and processes remain from command to command" {
    write_lesson '$ mkdir a && cd a; sleep 1000 & one=$!' '$ kill $one; wait $one' '[143]' '$ basename "$PWD"' \
        '? How many?' '= one=7' '> echo $((one - 6))' '$ kill -0 $one 2>said || echo gone'
    expect 0 lesson -a x.lesson
    grep -qx '    \[143\]' "$out"
    grep -qx '    a' "$out"
    grep -qx '= 1' "$out"
    grep -qx '    gone' "$out"
}

@test "what does not go as the lesson says ends it with status 1" {
    write_lesson '$ false'
    expect 1 lesson -a x.lesson
    says '^lesson: status 1, expected 0$'
    write_lesson '$ true' '[1]'
    expect 1 lesson -a x.lesson
    says '^lesson: status 0, expected 1$'
    write_lesson '$ exit 0'
    expect 1 lesson -a x.lesson
    says '^lesson: this has ended the shell of the lesson$'
    write_lesson '$ if'
    expect 1 lesson -a x.lesson
    write_lesson '$ true' '? q' '= seq 2'
    expect 1 lesson -a x.lesson
    says '^lesson: the command of an answer must print one line'
    printf 'title: X\nseconds: 1\n\n$ sleep 1000\n' >x.lesson
    expect 1 lesson -a x.lesson
    says '^lesson: this takes longer than 1 seconds, and was ended$'
}

@test "of a long output the beginning is shown, and no control characters" {
    write_lesson '$ seq 1000; printf "\033[31m"'
    expect 0 lesson -a x.lesson
    grep -qx '    200' "$out"
    grep -qx '    \.\.\. (801 more lines)' "$out"
    write_lesson '$ printf "\033[31m\r\n"'
    expect 0 lesson -a x.lesson
    grep -qx '    ?\[31m?' "$out"
}

# refused LINE RULE: that line of x.lesson is at fault.
refused() {
    expect 2 lesson -a x.lesson
    says "^lesson: x\.lesson:$1: $2"
    [ ! -s "$out" ]
}

every_fault() {
    write_lesson '$ touch ran' '> x' '= y'
    refused 5 'an answer without its question'
    write_lesson '$ touch ran' '? x' 'y'
    refused 5 'a question without its answer'
    write_lesson '$ touch ran' '? x'
    refused 4 'a question without its answer'
    write_lesson '$ touch ran' '$x'
    refused 4 'after .\$. at the beginning of a line goes a space'
    write_lesson 'touch ran' '> x'
    refused 4 ".>' continues a command"
    write_lesson 'text' '[1]'
    refused 4 'a status without a command'
    write_lesson '$ x' '[999]'
    refused 4 'no status is above 255'
    write_lesson '$ x' '! hint'
    refused 4 'a hint without'
    write_lesson 'text'
    refused 3 'a lesson has at least one command'
    write_lesson '$ x' "$(printf 'a\033[31m')"
    refused 4 'a control character'
    write_lesson '$ x' "$(printf '%2001s' a)"
    refused 4 'longer than 2000 bytes'
    printf 'title: X\ncolour: red\n\n$ x\n' >x.lesson
    refused 2 "no header .colour'"
    printf 'title: X\nminutes: long\n\n$ x\n' >x.lesson
    refused 2 ".minutes' is no number from 1 to 999"
    printf 'title: X\ntitle: Y\n\n$ x\n' >x.lesson
    refused 2 ".title' is there twice"
    printf 'minutes: 2\n\n$ x\n' >x.lesson
    refused 2 ".a .title:|a .title"
    printf 'title: X\n$ x\n' >x.lesson
    refused 2 'the first lines are'
    printf 'title: X\n\n$ touch ran' >x.lesson
    refused 3 'the line is cut off'
    : >x.lesson
    expect 2 lesson -a x.lesson
}

# bats test_tags=thorough
@test "a faulty line is named with every awk" {
    make_awks
    for awk in awks/*; do
        PATH=$PWD/$awk:$PATH
        every_fault
        PATH=${PATH#*:}
    done
}

@test "a faulty line is named, before anything runs" {
    every_fault
    [ ! -e ran ]
    printf 'title: X\n\n$ echo \0\n' >x.lesson
    expect 2 lesson -a x.lesson
    says 'a byte of 0'
    yes '# comment' | head -n 6000 | cat <(printf 'title: X\n\n$ x\n') - >x.lesson
    refused 5001 'more than 5000 lines'
    head -c 1000001 /dev/zero | tr '\0' '\n' >x.lesson
    expect 2 lesson -a x.lesson
    says 'longer than a megabyte'
}

# Nothing of it runs (what has ended may wait for somebody to ask its status), and its folder is gone.
ended() { # PID
    [ -z "$(ls tmp)" ] && ! grep -q '^State:.[^Z]' "/proc/$1/status" 2>/dev/null
}

@test "whatever a lesson started ends with it, however it ends" {
    for signal in TERM HUP INT KILL; do
        rm -f on
        ignored=$(case $signal in TERM | KILL) echo TERM ;; *) echo HUP ;; esac)
        write_lesson "$ mkfifo never; sleep 1000 & (trap '' $ignored; sleep 1001) & echo \$! >$PWD/pid" "$ touch $PWD/on; cat never"
        (flock 7 && exec env --default-signal=INT lesson -a x.lesson) >said 2>&1 7>held & # nothing holds it afterwards
        eventually test -e on
        [ -n "$(ls tmp)" ]
        kill -s "$signal" $!
        status=0
        wait $! || status=$?
        [ "$status" -eq $((128 + $(kill -l "$signal"))) ]
        [ "$signal" = KILL ] || [ -z "$(ls tmp)" ]
        eventually flock -n held true
        eventually ended "$(cat pid)"
    done
}

@test "usage, help, version, and a stdout that cannot be written" {
    expect 2 lesson -z
    says '^usage: lesson '
    expect 2 lesson -a
    says '^lesson: which lesson\?$'
    expect 2 lesson -a hash keys
    expect 2 lesson nosuch
    expect 2 lesson ./nosuch
    says '^lesson: \./nosuch: cannot be read$'
    expect 0 lesson --help
    grep -q '^usage: lesson ' "$out"
    expect 0 lesson -V
    grep -Eq '^lesson \(peerutils\) [0-9.]+$' "$out"
    for option in '' -a -n -p -x; do
        expect 2 sh -c "lesson $option ${option:+hash} >/dev/full </dev/null"
        says '^lesson: stdout: cannot be written$'
    done
    run_apart bash -c 'set -o pipefail; lesson -a hash | head -n 1'
    [ "$status" -eq 141 ]
    [ ! -s "$err" ]
    TMPDIR=/nowhere/at/all expect 2 lesson -a hash
    says '^lesson: cannot make a folder in /nowhere/at/all$'
}

@test "graded forgeries: an exercise for each student, which txpool solves, and a table" {
    expect 0 lesson -g class --seed=x ann ben
    for name in ann ben; do
        [ "$(wc -l <class/teacher/$name.answers)" -eq 4 ]
        sha256sum <class/teacher/$name.answers | cut -c 1-64 | cmp - class/$name/sealed
        # the pool refuses these lines and no others
        cp class/$name/ledger .
        txpool pool <class/$name/payments 2>said >accepted || :
        diff <(sed -n 's/^stdin:\([0-9]*\): .*/\1/p' said | sort -n) <(sed 1d class/teacher/$name.answers | cut -d ' ' -f 1)
        rm pool*
    done
    ! cmp -s class/ann/payments class/ben/payments || false
    [ "$(stat -c %a class/teacher)" = 700 ]
    # one who comes later does not change the others, and gets the same as if all had come at once
    cp -r class before
    expect 0 lesson -g class cat
    diff -r before class | grep -v '^Only in class' | refute grep .
    expect 0 lesson -g again -e x cat
    diff -r class/cat again/cat
    # answers: all; one, twice, in the form of another system, and a wrong one; none
    sed 1d class/teacher/ann.answers >class/ann/answer
    sed -n 's/$/ \r/; 2p; 2p' class/teacher/ben.answers >class/ben/answer
    echo '1 nonsense' >>class/ben/answer
    expect 0 lesson -g class
    grep -Eqx 'ann +3 of 3 +0' "$out"
    grep -Eqx 'ben +1 of 3 +1(  [0-9]+ [a-z-]+){2}' "$out"
    grep -Eqx 'cat .* no answer yet' "$out"
    # lines without a kind, links, and what never ends
    printf '%s\n' 50 51 52 >class/cat/answer
    expect 0 lesson -g class
    grep -Eq '^cat +0 of 3 +3  ' "$out"
    for answer in ../teacher/cat.answers nowhere; do
        ln -sf "$answer" class/cat/answer
        expect 0 lesson -g class
        grep -Eqx 'cat .* no answer yet' "$out"
    done
    rm class/cat/answer
    mkfifo class/cat/answer
    expect 0 timeout 300 lesson -g class
    grep -Eqx 'cat .* no answer yet' "$out"
    expect 2 lesson -g class -e y dan
    says 'class/teacher/seed: these exercises have another seed'
    # answers that are not those that were sealed
    echo '4 form' >>class/teacher/ann.answers
    expect 1 lesson -g class
    says '^lesson: class/ann/sealed: not the hash of class/teacher/ann.answers$'
    expect 2 lesson -g class ann
    says 'is there already$'
    for name in teacher ../x -x 'a b' ''; do
        expect 2 lesson -g class -- "$name"
        says 'no name of a student'
    done
    expect 2 lesson -g nosuch
    expect 2 lesson -e x hash
    expect 2 sh -c 'lesson -g class >/dev/full'
}

@test "slides are SVG, and the same each time" {
    page_lesson | sed '$d; s/a coin by hash/a "coin" \& more/' >coin.lesson
    printf '%s\n' '$ seq 60; echo "<&>"; printf "%0150d\n" 1' '$ echo "<svg/>" >drawn.svg' >>coin.lesson
    expect 0 lesson -s slides ./coin.lesson
    diff "$out" <(printf '%s\n' coin-{1,2,3,4}.svg coin-drawn.svg)
    [ "$(grep -c '<img' slides/index.html)" -eq 5 ]
    grep -qx '<img src="coin-2.svg" alt="Tossing a &quot;coin&quot; &amp; more, 2">' slides/index.html
    grep -q '&lt;&amp;&gt;' slides/coin-*.svg
    ! command -v xmllint >said || xmllint --noout slides/*.svg
    expect 0 lesson --slides=again ./coin.lesson
    diff -r slides again
    expect 2 lesson -s /dev/null/x hash
    expect 2 lesson -s ''
}

# Of notes, what a lecture shows between two stops, on a terminal of 30 lines.
shown_at_once='
    function stop() { if (n > 28) { print n " lines at once, up to line " NR; bad = 1 } n = 0 }
    /^@ / { next }
    /^= / || command && !/^> / { stop() }
    { n++; command = /^[$] / || command && /^> / }
    END { stop(); exit bad }'

# Every lesson, under two shells and two awks: the notes are the same, and fit a terminal of 100 columns and 30 lines.
# bats test_tags=thorough
@test "every lesson that comes with it is played, and prints the same everywhere" {
    make_awks
    mkdir other
    shell=$(type -P busybox) && ln -s "$shell" other/sh || skip 'no busybox'
    rm -rf awks/gawk-posix
    other=$(for awk in awks/*; do echo "$awk"; done | tail -n 1)
    (cd "$ROOT/src/lessons" && printf '%s\n' *.lesson) | sed 's/\.lesson$//' >names
    while read -r name; do
        expect 0 lesson -n "$name" </dev/null
        [ ! -s "$err" ]
        cp "$out" first
        PATH=$PWD/other:$PWD/$other:$PATH expect 0 sh "$BIN/lesson" -n "$name" </dev/null
        cmp first "$out"
        ! grep -nE '.{101}' first || false
        awk "$shown_at_once" first
        grep -q '^[?] ' "$ROOT/src/lessons/$name.lesson" || { echo "no question: $name" && false; }
        [ "$(sed -n 's/^minutes: //p' first)" -le 10 ]
    done <names
}

@test "one that comes with it is played" {
    expect 0 lesson -a hash
    [ ! -s "$err" ]
}

# A lecture takes up to two minutes less than a student who types.
@test "the plan of an hour has fifty minutes without a gap, and gives each lesson enough of them" {
    awk '/^\.It [0-9]+ to [0-9]+$/ { from = $2; to = $4; if (from != last) print "a gap at", last; last = to }
        /^\.Ql lesson -p / && to { print $4, to - from }
        END { if (last != 50) print "it ends at", last }' last=0 "$ROOT/man/peerutils.7" >plan
    lesson | awk 'NR == FNR { minutes[$1] = $2; next } !($1 in minutes) || $2 > minutes[$1] || $2 < minutes[$1] - 2' - plan >wrong
    [ ! -s wrong ] || { cat wrong && false; }
    [ "$(wc -l <plan)" -ge 4 ]
}
