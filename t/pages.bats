# bats file_tags=long
load lib/common
load lib/awks

# The manual, README.md and the tests against the programs, and every example against what it shows. (t/readme.bats runs
# the examples of README.md.)

programs() {
    (cd "$ROOT" && ls src/cmd/*.c src/sh/*.sh) | sed 's,.*/,,; s,\.[a-z]*$,,'
}

@test "every program has a page, a row in README.md and a test" {
    missing=0
    for name in $(programs); do
        [ -e "$ROOT/man/$name.1" ] || { echo "no page: $name" && missing=1; }
        grep -Eq "^\|.*\`${name}[ \`]" "$ROOT/README.md" || { echo "no row in README.md: $name" && missing=1; }
        (cd "$ROOT/t" && GLOBIGNORE=layers.bats:pages.bats:install.bats && grep -Fqw -e "$name" -- *.bats) ||
            { echo "no test: $name" && missing=1; }
    done
    [ "$missing" -eq 0 ]
}

@test "every page of section 1 is a program's" {
    for page in "$ROOT"/man/*.1; do
        name=$(basename "$page" .1)
        programs | grep -Fxq -e "$name" || { echo "no program: $name" && false; }
    done
}

# The option letters of a page's SYNOPSIS, one a line.
page_options() { # PAGE
    awk '/^\.Sh / { on = /SYNOPSIS/ }
        on && /^\./ {
            for (i = 1; i < NF; i++)
                if ($i ~ /^\.?Fl$/ && $(i + 1) !~ /^(\\?-|\\&)/)
                    for (j = 1; j <= length($(i + 1)); j++)
                        print substr($(i + 1), j, 1)
        }' "$1" | sort -u
}

# Those of a program's --help. Every program has -h and -V, which a synopsis may leave out.
help_options() { # PROGRAM
    "$1" --help | sed -n 's/^ *-\([A-Za-z0-9]\)\([, ].*\)\{0,1\}$/\1/p' | sort -u
}

# differ NAME: prints what one of the two has and the other lacks.
differ() {
    page_options "$ROOT/man/$1.1" | grep -v '[hV]' >page
    help_options "$1" | grep -v '[hV]' >help
    diff --label "SYNOPSIS of $1(1)" --label "$1 --help" -U 0 page help
}

@test "the synopsis of every page has the options of its program" {
    status=0
    for name in $(programs); do
        [ -e "$ROOT/man/$name.1" ] || continue
        differ "$name" || status=1
    done
    [ "$status" -eq 0 ]
}

@test "an option that only one of the two has is found" {
    mkdir -p man bin
    ROOT=$PWD PATH=$PWD/bin:$PATH
    printf '#!/bin/sh\nprintf "usage: x [-ab]\\n\\n  -a, --all   all -z\\n  -b FILE     b\\n  -h, --help\\n"\n' >bin/x
    chmod +x bin/x
    printf '.Sh SYNOPSIS\n.Nm\n.Op Fl a\n.Op Fl b Ar file\n.Sh DESCRIPTION\n.Fl c\n' >man/x.1
    differ x
    printf '.Sh SYNOPSIS\n.Nm\n.Op Fl a\n.Sh DESCRIPTION\n.Fl b\n' >man/x.1
    ! differ x || false
    printf '.Sh SYNOPSIS\n.Nm\n.Op Fl abc\n' >man/x.1
    ! differ x || false
}

# (Under sanitizers each program has its own tests, and the examples nothing besides.)
# bats test_tags=slow
@test "every example does what it shows" {
    ls "$ROOT"/man/*.[157] >texts
    xargs -P "$(nproc)" -n 1 timeout 1200 "$ROOT/t/lib/examples.sh" <texts
}

# Except those that use audit-by-hand, which refuses an awk with too little precision.
# bats test_tags=thorough
@test "every example with awk does what it shows with every awk" {
    make_awks
    for page in "$ROOT"/man/*.[157]; do
        "$ROOT/t/lib/examples.sh" -n "$page" >commands
        ! grep -qw awk commands || grep -qw audit-by-hand commands || echo "$page"
    done >pages
    [ "$(wc -l <pages)" -ge 5 ]
    for awk in awks/*; do
        [ -e "$awk/awk" ] || continue
        sed "s,^,$PWD/$awk ," pages
    done | xargs -P "$(nproc)" -n 2 sh -c 'PATH=$1:$PATH timeout 1200 "$ROOT/t/lib/examples.sh" "$2"' sh
}

@test "every page of section 1 has examples" {
    for page in "$ROOT"/man/*.1; do
        [ "$("$ROOT/t/lib/examples.sh" -n "$page" | wc -l)" -gt 0 ] || grep -q '^\.\\" norun: ' "$page" ||
            { echo "none: $page" && false; }
    done
}

# tell STATUS LINE...: a page with these lines in its one block gives that status.
tell() {
    local want=$1
    shift
    { printf '.Dd January 1, 2000\n.Dt X 1\n.Os\n.Sh EXAMPLES\nTry\n.Bd -literal -offset indent\n' &&
        printf '%s\n' "$@" && printf '.Ed\n'; } >x.1
    expect "$want" "$ROOT/t/lib/examples.sh" x.1
    { printf '```sh\n' && printf '%s\n' "$@" | sed 's/\\e/\\/g; s/\\&//g' && printf '```\n'; } >x.md
    expect "$want" "$ROOT/t/lib/examples.sh" x.md
}

@test "an example that does not do what it shows is found" {
    tell 0 '$ echo one' one '' '$ echo two' two
    tell 0 '$ echo -n one' one
    tell 1 '$ echo one' two
    tell 1 '$ echo one' one two
    tell 1 '$ printf "one\entwo\en"' one
    tell 0 '$ printf "one\entwo\en"' one two
    tell 0 '$ echo "*" "[a]" "  b"' '* [a]   b'
    tell 1 '$ echo ab' 'a*'
    tell 1 '$ false'
    tell 0 '$ false' '[1]'
    tell 1 '$ false' '[2]'
    tell 0 '$ echo no; false' no '[1]'
    tell 1 '$ echo no; false' yes '[1]'
    tell 0 '$ echo to stderr >&2' 'to stderr'
    tell 0 '$ seq 5' 1 '\&...' 5
    tell 0 '$ seq 2' 1 '\&...' 2
    tell 1 '$ seq 5' 1 '\&...' 6
    tell 0 '$ x=1' '$ mkdir y && cd y' '$ echo "$x $(basename $PWD)"' '1 y'
    tell 0 '$ echo one \e' '    two' 'one two'
    tell 0 '$ for i in 1 2; do' '>   echo $i' '> done' 1 2
    tell 0 "\$ cat <<'E'" '$x' E '$x'
    tell 1 '$ exit 0' '$ true'
    tell 1 '$ if'
}

@test "a block marked norun is not run, the next one is" {
    printf '.Dt X 1\n.Sh X\n.\\" norun: why\n.Bd -literal\n$ false\n.Ed\n.Bd -literal\n$ echo on\n.Ed\n' >x.1
    [ "$("$ROOT/t/lib/examples.sh" -n x.1)" = 'echo on' ]
    printf '<!-- norun: why -->\n```\n$ false\n```\n\n```\n$ echo on\n```\n' >x.md
    [ "$("$ROOT/t/lib/examples.sh" -n x.md)" = 'echo on' ]
}
