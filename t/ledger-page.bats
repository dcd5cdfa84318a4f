# bats file_tags=slow
load lib/common
load lib/ledger
load lib/browser
load lib/awks

# ledger-page: what it writes; and the rules of the page, run by node, and in a browser.

# The bytes of the page's ledgers, back from what stands in it.
data_of() { # PAGE
    local text
    text=$(sed -n '/^<pre class="ledger" hidden>$/,/<\/pre>$/p' "$1" | sed '1d; s,</pre>$,,; s/&lt;/</g; s/&gt;/>/g; s/&amp;/\&/g'; echo x)
    printf '%b' "${text%??}"
}

# Where a part of the page is.
page_part() { # FILE
    [ -e "$ROOT/src/page/ledger/$1" ] && echo "$ROOT/src/page/ledger/$1" || echo "$ROOT/src/page/$1"
}

# The page's scripts that need no page, in its order, and what uses them.
page_scripts() { # SCRIPT
    echo '"use strict";'
    sed -n 's/^@\(.*\.js\)@$/\1/p' "$ROOT/src/page/ledger/ledger.html" | sed '/^card\.js$/,$d; /^elements/d; /^slices/d' |
        while read -r part; do cat "$(page_part "$part")"; done
    cat "$1"
}

# What is in the page between the lines <TAG> and </TAG>, as a browser hashes it.
inside() { # TAG PAGE
    echo
    sed -n "/^<$1>\$/,/^<\/$1>\$/p" "$2" | sed '1d; $d'
}

@test "the same ledger gives the same page, however it is named" {
    cp "$VECTORS/good/linear.ledger" ledger
    expect 0 ledger-page ledger
    ledger-page -l ledger | cmp - "$out"
    ledger-page --ledger=ledger | cmp - "$out"
    ledger-page | cmp - "$out"
    LEDGER=ledger ledger-page | cmp - "$out"
    ledger-page - <ledger | sed 's,^stdin</pre>$,ledger</pre>,' | cmp - "$out"
    [ "$(tail -n 1 "$out")" = '</html>' ]
    [ ! -s "$err" ]
}

@test "the page asks for nothing but what is in it, and runs only the script that was built" {
    ledger-page "$VECTORS/good/fork.ledger" >page
    for tag in script style; do
        [ "$(grep -c "^<$tag>\$" page)" -eq 1 ]
        inside "$tag" page >text
        grep -qF "sha256-$(openssl dgst -sha256 -binary text | base64)" page
    done
    grep -q "default-src 'none'" page
    refute grep -Eq '(src|href)="?[a-z]+:|url\(|@import|https?://|innerHTML|eval\(|fetch\(' page
}

@test "a ledger's bytes stand in the page as they are, and none of them is a tag" {
    for file in "$VECTORS"/good/*.ledger "$VECTORS"/bad/{nul-byte,crlf,no-final-newline,torn-tail,blank-line,line-too-long}.ledger; do
        ledger-page "$file" >page
        data_of page | cmp - "$file"
    done
    { cat "$VECTORS/good/linear.ledger"; printf 'tx </pre></script><script>alert(1)</script><!-- \\x41 & "\047 \001\033\177\377\r\n'; } >'<b>&.ledger'
    ledger-page '<b>&.ledger' >page
    data_of page | cmp - '<b>&.ledger'
    [ "$(grep -c '<script' page)" -eq 1 ]
    [ "$(grep -c '<b>' page)" -eq 0 ]
    [ "$(LC_ALL=C grep -c '[^ -~]' <(sed -n '/^<pre class="name"/,/^<script>/p' page))" -eq 0 ]
}

@test "every awk makes the same page" {
    make_awks
    cat "$VECTORS"/bad/{nul-byte,crlf,no-final-newline}.ledger >ledger
    every_awk ledger-page
    grep -qxF '</html>' "$out"
}

@test "what is no ledger: status 1, and no page" {
    : >empty
    printf '\n' >line
    for file in empty line "$ROOT/README.md" "$VECTORS/keys/names"; do
        expect 1 ledger-page "$file"
        says "^ledger-page: $file: is no ledger: its first line is not a block$"
        [ ! -s "$out" ]
    done
    expect 1 ledger-page -l empty "$VECTORS/good/fork.ledger"
    expect 1 ledger-page -l "$VECTORS/good/fork.ledger" empty
}

@test "what cannot be done: status 2" {
    expect 2 ledger-page nothing
    says '^ledger-page: nothing: cannot be read$'
    expect 2 ledger-page .
    says '^ledger-page: \.: is a folder$'
    expect 2 ledger-page -t nothing "$VECTORS/good/fork.ledger"
    expect 2 ledger-page -a nothing "$VECTORS/good/fork.ledger"
    expect 2 ledger-page -l a -l b c
    says "^ledger-page: 'c': a page compares two ledgers, not more$"
    expect 2 ledger-page a b
    expect 2 ledger-page -p a
    expect 2 ledger-page -Z
    says '^ledger-page: -Z: no such option$'
    expect 2 ledger-page -l
    if [ -e /dev/full ]; then
        run_apart eval 'ledger-page "$VECTORS/good/fork.ledger" >/dev/full'
        [ "$status" -eq 2 ]
        says '^ledger-page: stdout: cannot be written$'
    fi
    { cat "$VECTORS/good/genesis.ledger"; head -c 1100000 /dev/zero | tr '\0' x; } >long
    expect 2 ledger-page -t long "$VECTORS/good/fork.ledger"
    says '^ledger-page: texts or names of more than 1000000 bytes$'
}

@test "two ledgers, names and texts go into the page" {
    cp "$VECTORS/good/fork.ledger" a
    cp "$VECTORS/good/reorg.ledger" b
    ledger-page -l a b >page
    cat a b >both
    [ "$(grep -c '^<pre class="ledger" hidden>$' page)" -eq 2 ]
    echo "key $(printf %064d 7) seven" >names
    ledger-page a | grep -q ' seven$'
    mv names book
    refute grep -q seven <(ledger-page a)
    ledger-page -a book a | grep -q ' seven$'
    NAMES=book ledger-page a | grep -q ' seven$'
    printf 'do.undo Zur\303\274ck\n' >german
    ledger-page -t german a | grep -qF 'do.undo Zur\xc3\xbcck'
    ledger-page --texts=german a >page
    ledger-page -p >texts
    [ "$(ledger-page --print-texts | cmp - texts)" = '' ]
    grep -q '^do.undo Undo$' texts
}

@test "every text that the scripts name is in the table, and none is there for nothing" {
    ledger-page -p | grep -v '^#' | grep . | cut -d ' ' -f 1 | sort >there
    refute uniq -d there | grep .
    cd "$ROOT/src/page/ledger"
    scripts=$(sed -n 's/^@\(.*\.js\)@$/\1/p' ledger.html | while read -r part; do page_part "$part"; done)
    # shellcheck disable=SC2086 # names of files
    { grep -Eoh 'say\("[a-z.]+"' $scripts | cut -d '"' -f 2
        grep -Eoh 'data-(text|label|hint)="[a-z.]+"' ledger.html | cut -d '"' -f 2
        grep -Eoh '(refuse|Broken|wrong)\("[a-z.]+"' $scripts | sed 's/.*"\(.*\)"/rule.\1/'
        grep -Eoh '"(edit|compare)\.[a-z.]+"' $scripts | cut -d '"' -f 2
        grep -Eoh '"[A-Z]+"' words.js | tr -d '"' | sed 's/^/field./'; } | sort -u | grep -Fvxf "$BATS_TEST_TMPDIR/there" >"$BATS_TEST_TMPDIR/missing" || :
    cat "$BATS_TEST_TMPDIR/missing"
    refute grep -v '\.$' "$BATS_TEST_TMPDIR/missing"
    # shellcheck disable=SC2086
    cat ledger.html $scripts >"$BATS_TEST_TMPDIR/all"
    while read -r key; do
        case $key in
        status.* | field.* | rule.state.*) continue ;;
        esac
        grep -qF -e "\"$key\"" -e "\"${key#rule.}\"" "$BATS_TEST_TMPDIR/all" || { echo "nobody says $key" && return 1; }
    done <"$BATS_TEST_TMPDIR/there"
}

@test "the page's scripts: every vector is green, or red at the line that verify names" {
    need_javascript
    page_scripts "$ROOT/t/lib/pagerules.js" >rules.js
    eval "$(sed -n '/^bad_ledgers()/,/^}/p' "$ROOT/t/vectors.bats")"
    printf '%s\n' "$VECTORS"/good/*.ledger "$VECTORS"/v2/good/*.ledger | "$javascript" rules.js >good
    [ "$(wc -l <good)" -ge 40 ]
    refute grep -v ' - [0-9]* [0-9a-f]* [0-9]*$' good
    awk '{ print $1, $2, $3, $6 }' "$VECTORS/v2/tips" | sort >tips
    sed -n 's,.*/v2/good/\(.*\)\.ledger - ,\1 ,p' good | sort | join -j 1 -o 2.1,2.2,2.3,2.4 tips - | grep -Fvxf tips >differ || :
    cat differ
    [ ! -s differ ]
    { bad_ledgers | awk '$1 != "empty" { print "bad/" $1, $2 }'
        awk '/^    / { print "v2/bad/" $1, $2 }' "$VECTORS/v2/rules" | sort -u; } |
        while read -r name line; do [ ! -e "$VECTORS/$name.ledger" ] || echo "$VECTORS/$name.ledger $line"; done >expected
    [ "$(wc -l <expected)" -ge 200 ]
    cut -d ' ' -f 1 expected | "$javascript" rules.js | cut -d ' ' -f 1,2 | diff expected -
}

@test "the page's scripts: signing, mining, undo; what they make is good to verify" {
    need_javascript
    keygen -s "demo alice" alice >names 2>/dev/null
    keygen -s "demo bob" bob >>names 2>/dev/null
    keygen -s "demo miner" miner >>names 2>/dev/null
    ledger-init -n edits -T 1700000000 -t 00ff alice 1000 >ledger
    for amount in 5 6 7; do
        echo "bob $amount" | txmake -f alice | txsign -k alice.key >txs
        mine -m miner -n 1 -T 1700000000 <txs 2>/dev/null | ledger-append -q
    done
    page_scripts "$ROOT/t/lib/pageedits.js" >edits.js
    "$javascript" edits.js alice.key <ledger >made
    verify -q made
    [ "$(headers made | wc -l)" -eq $(($(headers ledger | wc -l) + 1)) ]
}

@test "the page's scripts: mining on mines each block once, whatever stays wrong" {
    need_javascript
    keygen -s "demo alice" alice >names 2>/dev/null
    keygen -s "demo miner" miner >>names 2>/dev/null
    ledger-init -n edits -T 1700000000 -t 00ff alice 1000 >ledger
    for amount in 5 6 7; do
        echo "miner $amount" | txmake -f alice | txsign -k alice.key | mine -m miner -n 1 -T 1700000000 2>/dev/null | ledger-append -q
    done
    cat "$ROOT"/src/page/ledger/{slices,mining}.js "$ROOT/t/lib/pagemining.js" >mining.js
    page_scripts mining.js >all.js
    timeout 300 "$javascript" all.js <ledger
}

@test "the page's scripts: the keys of undo are the ledger's in its blocks, not in other fields or in a comparison" {
    need_javascript
    sed '/^start();$/d' "$ROOT/src/page/ledger/ledgerpage.js" | cat - "$ROOT/t/lib/pageundo.js" >undo.js
    "$javascript" undo.js
}

@test "the page's scripts: Ed25519 as Wycheproof and ed25519-speccheck have it, targets as vectors/asert" {
    need_javascript
    page_scripts "$ROOT/t/lib/pagecrypto.js" >crypto.js
    "$javascript" crypto.js '' '' "$VECTORS/asert"
    [ -e "$ROOT/../shared/vectors/ed25519" ] || skip 'no ../shared/vectors/ed25519'
    "$javascript" crypto.js "$ROOT"/../shared/vectors/ed25519/{wycheproof,speccheck}.json "$VECTORS/asert"
}

# --- In a browser ---

edits() { # BROWSER
    need_browser "$1"
    ledger-page -a "$VECTORS/keys/names" "$VECTORS/good/fork.ledger" >page.html
    browse page.html "$ROOT/t/lib/ledgerbrowse.mjs" names edit colours undo mine "$VECTORS/keys/alice.pem" made
    verify -q made
    verify -q made2
    [ "$(headers made2 | wc -l)" -eq 7 ]
    printf 'language de\ndo.undo Zur\303\274ck\n' >german
    ledger-page -t german "$VECTORS/good/fork.ledger" >page.html
    browse page.html "$ROOT/t/lib/ledgerbrowse.mjs" texts paper page.pdf seen phone
    type -P pdftotext >/dev/null || return 0
    pdftotext page.pdf - | tr -d ' \n\f' >paper
    while read -r line; do grep -qF "${line##* }" paper; done < <(grep '^tx ' "$VECTORS/good/fork.ledger")
}

# bats test_tags=thorough
@test "Chromium: an edit turns red, undo, signing and mining, with verify's consent" {
    edits chromium
}

# bats test_tags=thorough
@test "Firefox: an edit turns red, undo, signing and mining, with verify's consent" {
    edits firefox
}

cancels_and_compares() { # BROWSER
    need_browser "$1"
    keygen -s x x >names 2>/dev/null
    ledger-init -n hard -T 1700000000 -t 000000000000ff x 1 >ledger
    ledger-page >page.html
    browse page.html "$ROOT/t/lib/ledgerbrowse.mjs" cancel
    ledger-page -l "$VECTORS/good/fork.ledger" "$VECTORS/good/reorg.ledger" >page.html
    browse page.html "$ROOT/t/lib/ledgerbrowse.mjs" compare
}

# bats test_tags=thorough
@test "Chromium: mining can be cancelled; two ledgers side by side" {
    cancels_and_compares chromium
}

# bats test_tags=thorough
@test "Firefox: mining can be cancelled; two ledgers side by side" {
    cancels_and_compares firefox
}

shows_vectors() { # BROWSER
    need_browser "$1"
    eval "$(sed -n '/^bad_ledgers()/,/^}/p' "$ROOT/t/vectors.bats")"
    { printf '%s\n' "$VECTORS"/good/*.ledger "$VECTORS"/v2/good/*.ledger
        bad_ledgers | awk '$1 != "empty" { print "bad/" $1 ".ledger", $2 }' | sed "s,^,$VECTORS/,"
        awk '/^    / { print $1 ".ledger", $2 }' "$VECTORS/v2/rules" | sort -u |
            while read -r name line; do [ ! -e "$VECTORS/v2/bad/$name" ] || echo "$VECTORS/v2/bad/$name $line"; done; } >list
    ledger-page "$VECTORS/good/fork.ledger" >page.html
    browse page.html "$ROOT/t/lib/ledgerbrowse.mjs" vectors list
}

# bats test_tags=thorough
@test "Chromium: every vector is green, or red at its line" {
    shows_vectors chromium
}

# bats test_tags=thorough
@test "Firefox: every vector is green, or red at its line" {
    shows_vectors firefox
}

bears_much() { # BROWSER
    need_browser "$1"
    { cat "$VECTORS/good/linear.ledger"
        for text in '</pre><script>pwned=1</script>' '<img src=x onerror=pwned=1>' '\u003cscript>pwned=1' '&lt;script&gt;pwned=1' "'\"><b>" $'\033]0;x\007\001'; do
            printf 'tx %s %s\n' "$text" "$text"
            printf 'block %s %s\n' "$text" "$text"
        done; } >ledger
    ledger-page -a ledger >page.html
    browse page.html "$ROOT/t/lib/ledgerbrowse.mjs" hostile
    easy_chain
    mine -m miner -n 1000 -T 1700000000 </dev/null 2>/dev/null | ledger-append -q -T 1900000000
    ledger-page >page.html
    browse page.html "$ROOT/t/lib/ledgerbrowse.mjs" many
}

# bats test_tags=thorough
@test "Chromium: a hostile ledger runs nothing; 1,000 blocks" {
    bears_much chromium
}

# bats test_tags=thorough
@test "Firefox: a hostile ledger runs nothing; 1,000 blocks" {
    bears_much firefox
}
