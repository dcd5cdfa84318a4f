# shellcheck disable=SC2094,SC2153,SC2001 # a file that is read and compared with what comes out; common.bash's names; sed
load lib/common
load lib/ledger

# ledger-export: a ledger in the formats of other tools, and JSON back again, byte for byte.
#
# What it makes is given to jq, hledger, sqlite3 and DuckDB themselves, where they are here. DuckDB is the npm
# package @duckdb/node-api, for node; t/lib/duckdb.sh puts it where the test looks for it, and runs that.

# Names, genesis, and blocks with payments whose memos are anything.
setup() {
    fresh_folder
    easy_chain 2>keygen.err
}

# Bytes that no text of a person would have, each in its memo.
odd_memos() {
    printf '%s\n' 'bob 5 lunch' 'bob 6' 'miner 7 -' 'bob 8 a "b" \c'
    printf 'bob 9 %s\n' $'tab\there' $'caf\xc3\xa9 \xf0\x9f\x98\x80' $'\xed\xa0\x80' $'\xc0\xaf' $'\xff' $'\x7f\x01' \
        'a;b' 'p|q' '50%' '=cmd()' '2024-01-01 x' 'spa  ces' $'\xe2\x80\xae'
}

grown() { # appends two blocks to `ledger`
    odd_memos | paid alice ledger | mined_into
    printf '%s\n' 'alice 3' 'bob 2 self' | paid bob ledger | mined_into
}

mined_into() {
    mined_with ledger 1 miner | ledger-append -q ledger
}

# FILE is what comes back of it as JSON, as it is and in every way that jq writes it.
comes_back() { # FILE
    ledger-export "$1" >json
    ledger-export -S "$1" >quoted
    ledger-export -r json | cmp - "$1"
    ledger-export -r quoted | cmp - "$1"
}

comes_back_through_jq() { # FILE
    ledger-export "$1" | jq -c . | ledger-export -r | cmp - "$1"
    ledger-export -S "$1" | jq -S . | ledger-export -r | cmp - "$1"
}

# The balances that a table says, as ledger-balance prints them, but for `account` and the seq.
sums() { # TSV
    {
        printf '.mode tabs\n.import %s entries\n.separator " "\n' "$1"
        echo "SELECT account, sum(change) FROM (
                  SELECT payee AS account, amount AS change FROM entries WHERE payee <> ''
                  UNION ALL SELECT payer, -amount - fee FROM entries WHERE payer <> '')
              GROUP BY account ORDER BY account;"
    } | sqlite3
}

balances() { # LEDGER
    ledger-balance -l "$1" | cut -d ' ' -f 2,3
}

# --- JSON ----------------------------------------------------------------------------------------

@test "json: one object a record, its fields by name" {
    printf 'bob 5 l\xc3\xbcnch\n' | paid alice ledger | mined_into
    ledger-export >json
    [ "$(wc -l <json)" -eq "$(wc -l <ledger)" ]
    block=$(blocks ledger 1 | head -n 1)
    tx=$(blocks ledger 1 | tail -n 1)
    read -r _ height prev root time target miner count seal <<<"$block"
    printf '{"type":"block","height":%s,"prev":"%s","root":"%s","time":%s,"target":"%s","miner":"%s","count":%s,"seal":"%s","id":"%s"}\n' \
        "$height" "$prev" "$root" "$time" "$target" "$miner" "$count" "$seal" "$(id <<<"$block")" >want
    printf '{"type":"tx","chain":"%s","from":"%s","seq":0,"fee":1,"operation":"pay","to":"%s","amount":5,"memo":"l%%C3%%BCnch","memo_utf8":"l\xc3\xbcnch","signature":"%s","id":"%s","height":1,"block":"%s","index":0}\n' \
        "$(head -n 1 ledger | id)" "$ALICE" "$BOB" "${tx##* }" "$(id <<<"$tx")" "$(id <<<"$block")" >>want
    tail -n 2 json | diff want -
    genesis=$(head -n 1 ledger | id)
    sed -n '2p;4p;10p' json | sed 's/"id":"[0-9a-f]*"/ID/' >got
    printf '{"type":"rule","name":"%s","value":%s,ID,"height":0,"block":"'"$genesis"'","index":%s}\n' \
        name '"easy"' 0 spacing "$(awk '$2 == "spacing" { print $3 }' ledger)" 2 >want
    printf '{"type":"grant","account":"%s","amount":1000000,ID,"height":0,"block":"%s","index":8}\n' "$ALICE" "$genesis" >>want
    diff want got
    ledger-export -S | sed -n 4p | grep -Eq '"value":"[0-9]+",.*"height":"0",.*"index":"2"}$'
}

@test "json: what the ledgers of the format's vectors are comes back byte for byte" {
    for ledger in "$VECTORS"/good/*.ledger; do
        comes_back "$ledger"
        [ "$(wc -l <json)" -eq "$(wc -l <"$ledger")" ]
    done
    grown
    comes_back ledger
}

@test "json: through jq as well, however it writes it" {
    need jq
    grown
    for ledger in "$VECTORS"/good/reorg.ledger ledger; do comes_back_through_jq "$ledger"; done
    ledger-export | jq -r 'select(.type == "tx") | .amount' | awk '{ s += $1 } END { print s }' >sum
    grep -qx "$(grep '^tx ' ledger | awk '{ s += $8 } END { print s }')" sum
    # a memo that is text is there as such, and any other only in its text form
    ledger-export | jq -r 'select(.amount == 9) | .memo_utf8 // "none"' >memos
    { printf '%s\n' $'tab\there' $'caf\xc3\xa9 \xf0\x9f\x98\x80' none none none && printf '\x7f\x01\n' &&
        printf '%s\n' 'a;b' 'p|q' '50%' '=cmd()' '2024-01-01 x' 'spa  ces' $'\xe2\x80\xae'; } | cmp - memos
}

# The ledgers of every kind of transaction: batch, sponsor, accounts of policies and of SLH-DSA.
@test "json: every kind of transaction comes back byte for byte, whoever has signed it" {
    local file tx cut
    for file in "$VECTORS"/v2/good/*.ledger; do
        ledger-export "$file" >objects
        ledger-export -r objects | cmp - "$file"
        ledger-export -S "$file" | ledger-export -r | cmp - "$file"
        refute grep '"type":"other"' objects
    done
    file=$VECTORS/v2/good/policy-after-and-hash.ledger
    tx=$(grep '^tx .* show ' "$file" | head -n 1)
    for cut in "${tx% * *}" "${tx%% policy*}"; do # before its signature, and before its policy
        printf '%s\n' "$cut" >partly
        ledger-export partly >object
        grep -q '^{"type":"tx"' object
        ledger-export -r object | cmp - partly
    done
    # a signature that a sponsor's has yet to follow
    sed -n '/^tx .* sponsor /{s/ [^ ]*$//p;q;}' "$VECTORS/v2/good/sponsor-seq-stays.ledger" >partly
    ledger-export partly >object
    grep -q '"signature":"[0-9a-f]*","id"' object
    ledger-export -r object | cmp - partly
}

@test "json: the fields of a batch, of a sponsor and of a policy's proof" {
    need jq
    of() { # FILTER FILE
        ledger-export "$VECTORS/v2/good/$2.ledger" | jq -rc 'select(.type == "tx") | '"$1" | head -n 1
    }
    [ "$(of '[.operation, .memo, .amounts, (.payees | length)]' batch-three-same-payee)" = '["batch","pay-day",[5,6,7],3]' ]
    [ "$(of '[.fee, (.sponsor | length), (.sponsor_signature | length)]' slh-dsa-sponsor)" = '[1,65,15712]' ]
    [ "$(of '[.branch, (.preimage | length), (.signers | length), (.signatures[0] | length), .signature]' policy-after-and-hash)" = \
        '[3,64,1,128,null]' ]
    # the account is the hash of the policy
    [ "$(of .policy policy-after-and-hash | tr -d '\n' | sha256sum | cut -c 1-64)" = "$(of '.from[1:]' policy-after-and-hash)" ]
}

@test "back: a batch's lists are of one length, a proof has all its fields" {
    ledger-export "$VECTORS/v2/good/batch-three-same-payee.ledger" | grep '"payees"' >tx.json
    refused 'json: amounts has fewer values than payees' "$(sed 's/"amounts":\[5,/"amounts":[/' tx.json)"
    refused 'json: amounts has more values than payees' "$(sed 's/"amounts":\[5,/"amounts":[5,5,/' tx.json)"
    refused 'json: amounts is missing' "$(sed 's/,"amounts":[^]]*]//' tx.json)"
    refused "json: 'to' is not a field of this type" "$(sed 's/"amounts"/"to":"x","amounts"/' tx.json)"
    refused 'tx: amount: ' "$(sed 's/"amounts":\[5,/"amounts":["05",/' tx.json)"
    ledger-export "$VECTORS/v2/good/policy-after-and-hash.ledger" | grep '"preimage"' | head -n 1 >tx.json
    refused 'json: branch is missing' "$(sed 's/"branch":3,//' tx.json)"
    refused 'tx: branch 3 needs a preimage' "$(sed 's/"preimage":"[^"]*",//; s/,"id":.*/}/' tx.json)"
    refused 'json: id is not' "$(sed 's/"signers":\[[^]]*],"signatures":\[[^]]*]/"signers":[],"signatures":[]/' tx.json)"
}

@test "json: random ledgers, sound ones and broken ones, come back" {
    mkdir sound broken
    count=$(few 60 10)
    for ((i = 1; i <= count; i++)); do "$BIN/.t/mutate" -a -k "$VECTORS/keys" -s "$i" -g >sound/$i; done
    cat sound/* >sound/all
    comes_back sound/all
    "$BIN/.t/mutate" -a -k "$VECTORS/keys" -s 1 -n "$count" -o broken "$VECTORS"/good/* "$VECTORS"/v2/good/*
    cat broken/* >many
    run_apart ledger-export many
    [ "$status" -eq 1 ]
    ledger-export -r <"$out" >again
    # all but lines that are none
    LC_ALL=C grep -aEx '[!-~]+( [!-~]+)*' many | awk 'length <= 65535' | cmp - again
}

@test "json: the other records" {
    account=$ALICE zero=$(printf %064d 0) sig=$(printf %0128d 7)
    printf '%s\n' "key $account al%20ice" "peer $zero $account host.example:7 1700000000 $sig" \
        "peer $zero $account [::1\"\\]:70 1 $sig" "checkpoint $zero 9223372036854775807 $zero $account 0 $sig" \
        "statement $account al%20ice $sig" "proof $zero 1 0 $account" "proof $zero 9 0 $account $zero $account" \
        "tx $zero $account 0 0 pay $zero 1 -" "tx $zero $account 0 0 pay $zero 1 - $sig" \
        "present $zero 2 $zero $account account $account 5 1" "absent $zero 1 $account $zero" \
        "absent $zero 0 $zero account p$account 0 9" 'note whatever "it" \says' x >records
    expect 0 ledger-export records
    [ ! -s "$err" ]
    sed 's/.*"type":"\([a-z]*\)".*/\1/' "$out" | uniq | tr '\n' ' ' >types
    [ "$(cat types)" = 'key peer checkpoint statement proof tx present absent other ' ]
    grep -Fq '"name":"al%20ice","name_utf8":"al ice"' "$out"
    grep -Fq '"height":9223372036854775807' "$out"
    grep -Fq '"text":"al%20ice","text_utf8":"al ice"' "$out"
    grep -Fq '"index":0,"record":"'"$account"'","path":[]' "$out"
    grep -Fq '"path":["'"$zero"'","'"$account"'"]' "$out"
    grep -Fq '"path":["'"$zero"'","'"$account"'"],"entry":["account","'"$account"'","5","1"]' "$out"
    grep -Fq '"path":["'"$account"'"],"place":"'"$zero"'","entry":[]' "$out"
    grep -Fq '"path":[],"place":"'"$zero"'","entry":["account","p'"$account"'","0","9"]' "$out"
    grep -Fq '{"type":"other","line":"note whatever \"it\" \\says","id":"' "$out"
    grep -Fq '"address":"[::1\"\\]:70"' "$out"
    comes_back records
    if command -v jq; then
        ledger-export -S records | jq . | ledger-export -r | cmp - records
        grep -v 9223372036854775807 records >small
        comes_back_through_jq small
    fi
    # a transaction that is not signed yet has no signature
    [ "$(grep -c '"signature"' json)" -eq 5 ]
}

@test "json: a line that is not of its type's form is told, and kept as one of no known type" {
    { cat ledger && printf '%s\n' "grant $ALICE 0" 'block 1' 'tx x' 'rule x 1' && echo "key $ALICE a"; } >odd
    expect 1 ledger-export odd
    says '^odd:11: grant: amount is 0$'
    says '^odd:12: block: 2 fields, expected 9$'
    says '^odd:13: tx: 2 fields, expected 10$'
    says "^odd:14: rule: unknown rule 'x'\$"
    [ "$(grep -c '"type":"other"' "$out")" -eq 4 ]
    ledger-export -r <"$out" | cmp - odd
}

@test "json: bytes that are no record are told, and left out" {
    { echo 'a b' && printf 'caf\xc3\xa9\n\n' && echo 'two  spaces' && head -c 65536 /dev/zero | tr '\0' x && echo &&
        echo good && printf 'torn line'; } >odd
    expect 1 ledger-export odd
    says '^odd:2: line: byte 0xc3 at column 4 is not printable ASCII$'
    says '^odd:3: line: empty$'
    says '^odd:4: line: fields are split by exactly one space'
    says '^odd:5: line: over 65535 bytes: left out$'
    says '^odd:7: line: torn: the last line has no newline; left out$'
    ledger-export -r <"$out" | diff - <(printf '%s\n' 'a b' good)
}

@test "json: a secret key that is named by mistake is not shown" {
    keygen -s secret secret >key.line 2>keygen.err
    expect 1 ledger-export secret.key secret.pub
    says '^secret.key:1: pem: '
    [ "$(wc -l <"$err")" -eq 1 ]
    ledger-export -r <"$out" | cmp - secret.pub
}

# --- And back --------------------------------------------------------------------------------------

# refused RULE OBJECT...: each gives nothing, status 1 and that word of it.
refused() {
    local rule=$1 object
    shift
    for object; do
        printf '%s\n' "$object" >object
        expect 1 ledger-export -r object
        [ ! -s "$out" ] || { echo "taken: $object" && cat "$out" && return 1; }
        says "^object:[0-9]+: $rule" || { echo "$object" && return 1; }
    done
}

takes() { # LINE OBJECT
    [ "$(printf '%s' "$2" | ledger-export -r)" = "$1" ] || { echo "not taken: $2" && return 1; }
}

@test "back: keys in any order, and space anywhere" {
    line="grant $ALICE 5"
    takes "$line" '{"type":"grant","account":"'"$ALICE"'","amount":5}'
    takes "$line" '{"amount":5,"account":"'"$ALICE"'","type":"grant"}'
    takes "$line" $' \r\n\t{\n"amount"\t:\r5 ,\n\n "account" : "'"$ALICE"$'" , "type":"grant"\n}\n\n '
    takes "$line" '{"amount":"5","account":"'"$ALICE"'","type":"gr\u0061nt"}'
    takes "$line"$'\n'"$line" '{"type":"grant","account":"'"$ALICE"'","amount":5}{"type":"grant","account":"'"$ALICE"'","amount":5}'
    takes 'a "\/b' '{"type":"other","line":"\u0061 \"\\\/b"}'
    takes "key $ALICE %F0%9F%98%80" '{"type":"key","account":"'"$ALICE"'","name":"%F0%9F%98%80","name_utf8":"\uD83d\ude00"}'
    takes "key $ALICE %00%0A" '{"type":"key","account":"'"$ALICE"'","name":"%00%0A","name_utf8":"\u0000\n"}'
    takes 'rule name 42' '{"type":"rule","name":"name","value":42}'
    takes 'rule name 42' '{"type":"rule","name":"name","value":"42"}'
    takes "grant $ALICE 9223372036854775807" '{"type":"grant","account":"'"$ALICE"'","amount":9223372036854775807}'
    expect 0 ledger-export -r /dev/null
    [ ! -s "$out" ]
}

@test "back: what is not an object of a record's is refused, with its line" {
    refused 'json: expected an object' '[]' '"x"' 7 null 'type' '}' $'\xef\xbb\xbf{}' ',{}'
    refused 'json: type is missing' '{}' '{"line":"x"}'
    refused "json: unknown type 'tix'" '{"type":"tix"}'
    refused "json: unknown type 'tx" '{"type":"tx\u0000"}' '{"type":"tx "}'
    refused 'json: type is not a string' '{"type":7}' '{"type":["tx"]}'
    refused 'json: a value is neither' '{"type":null}' '{"type":true}' '{"type":}' '{"type":,}' '{"type":x"tx"}'
    refused "json: expected '[\"]' to begin a string" '{type:"tx"}' "{'type':\"tx\"}" '{"type":"other",}' '{,}'
    refused "json: expected '}'" '{"type":"other" "line":"x"}'
    refused "json: expected ':'" '{"type"}' '{"type" "other"}'
    refused "json: 'line' is given twice" '{"type":"other","line":"x","line":"x"}' '{"type":"other","line":"x","lin\u0065":"y"}'
    refused "json: 'fee' is not a field of this type" '{"type":"other","line":"x","fee":1}'
    refused "json: 'memo_utf8' is not a field of this type" '{"type":"other","line":"x","memo_utf8":"x"}'
    refused "json: 'height' is not a field of this type" '{"type":"other","line":"x","height":1}'
    refused "json: line is missing" '{"type":"other"}' '{"type":"other","Line":"x"}'
    refused "json: 'x{32}' is not a field" '{"type":"other","'"$(printf 'x%.0s' {1..33})"'":"x"}'
    refused "json: '24' is not a field" "{$(for i in {0..24}; do printf '"%s":1,' "$i"; done)\"type\":\"other\"}"
}

@test "back: what is not JSON is refused" {
    refused 'json: a string has an invalid escape in it' '{"type":"other","line":"\x"}' '{"type":"other","line":"\u12"}' \
        '{"type":"other","line":"\u12g4"}' '{"type":"other","line":"\ud800"}' '{"type":"other","line":"\ud800\u0041"}' \
        '{"type":"other","line":"\udc00"}' '{"type":"other","line":"\U0041"}' '{"type":"other","line":"\ud800x\udc00"}'
    refused 'json: a string is not UTF-8' $'{"type":"other","line":"\xff"}' $'{"type":"other","line":"\xc0\xaf"}' \
        $'{"type":"other","line":"\xed\xa0\x80"}' $'{"type":"other","line":"\xf4\x90\x80\x80"}' $'{"type":"other","line":"\xe2\x82"}'
    refused 'json: a string has no end, or has a control character in it' $'{"type":"other","line":"\t"}' '{"type":"other","line":"x}' \
        $'{"type":"other","line":"\\\n"}'
    refused 'json: cut short' '{' '{"type":"other","line":"x"' '{"type":[' '{"type":"other","line":[' '{"type":"proof","path":["a"}'
    refused 'json: an object in an object' '{"type":{"a":[]}}' '{"type":[{' '{"type":{}}'
    refused 'json: a list in a list' '{"type":[['
    refused "json: a value is neither a string, nor a number" '{"type":"proof","path":["a",]}' '{"type":"proof","path":[null]}'
    refused "json: expected ','" '{"type":"proof","path":["a" "b"]}'
    refused 'json: .*(list of over 256)' '{"type":"proof","path":['"$(printf '"a",%.0s' {1..257})"'"a"]}'
}

@test "back: numbers are whole, and exact" {
    for n in -1 -0 01 1.0 1e3 1E3 +1 9223372036854775808 18446744073709551616 1e999 .5 5. 0x5 1_0 '"-1"' '"01"' '" 1"' '"1 "' '""'; do
        refused '(json: number: |json: expected|grant: amount: |json: amount is empty|json: a value is neither)' \
            '{"type":"grant","account":"'"$ALICE"'","amount":'"$n"'}'
    done
    refused 'json: amount is not a number' '{"type":"grant","account":"'"$ALICE"'","amount":["1"]}'
    refused 'grant: amount is 0' '{"type":"grant","account":"'"$ALICE"'","amount":0}'
    refused 'json: account is not a string' '{"type":"grant","account":5,"amount":1}'
}

@test "back: what is said besides must be true" {
    grown
    tx=$(ledger-export | grep '"type":"tx"' | head -n 1)
    takes "$(grep '^tx ' ledger | head -n 1)" "$tx"
    id=$(id <<<"$(grep '^tx ' ledger | head -n 1)")
    for forged in "${tx/\"amount\":5/\"amount\":6}" "${tx/\"seq\":0/\"seq\":1}" "${tx/$id/${id/[0-9]/f}}" "${tx/$id/}"; do
        [ "$forged" != "$tx" ]
        refused 'json: id is not that of the record' "$forged"
    done
    refused 'json: memo_utf8 does not match memo' "${tx/\"memo_utf8\":\"lunch/\"memo_utf8\":\"dinner}" "${tx/\"memo\":\"lunch/\"memo\":\"dinner}"
    refused 'json: memo is missing' "${tx/\"memo\":\"lunch\",/}"
    refused "json: block: '[0-9a-f]*' is not 64" "${tx/\"block\":\"/\"block\":\"0}"
    refused 'json: (number|height): ' "${tx/\"height\":1/\"height\":1.5}" "${tx/\"height\":1/\"height\":\"x\"}"
    # where it stood may be left out, and so may all else that follows from the rest
    brief=$(sed 's/,"id":.*/}/; s/"memo_utf8":"[^"]*",//' <<<"$tx")
    takes "$(grep '^tx ' ledger | head -n 1)" "$brief"
    takes "$(grep '^tx ' ledger | head -n 1 | sed 's/ [^ ]*$//')" "$(sed 's/,"signature":"[^"]*"//' <<<"$brief")"
}

@test "back: no field brings another in, and no line is of another form than its type's" {
    refused 'json: account is empty, or has a space' '{"type":"grant","account":"'"$ALICE"' 5","amount":1}' '{"type":"grant","account":"","amount":1}'
    refused 'line: byte 0x0a' '{"type":"other","line":"x\ny"}' '{"type":"grant","account":"'"$ALICE"'\n","amount":1}'
    refused 'line: (space at the end|fields are split)' '{"type":"other","line":"x "}' '{"type":"other","line":" x"}' '{"type":"other","line":"x  y"}'
    refused 'json: line is empty' '{"type":"other","line":""}'
    refused 'line: byte 0xc3' $'{"type":"other","line":"\xc3\xa9"}' '{"type":"other","line":"\u00e9"}'
    refused 'json: a space in a field' '{"type":"proof","path":["a b"]}'
    refused 'grant: account: .* is not 64 lowercase' '{"type":"grant","account":"'"${ALICE^^}"'","amount":1}'
    refused 'tx: unknown operation' '{"type":"tx","chain":"'"$ALICE"'","from":"'"$BOB"'","seq":0,"fee":0,"operation":"mint","to":"'"$BOB"'","amount":1,"memo":"-"}'
    refused 'tx: memo: text' '{"type":"tx","chain":"'"$ALICE"'","from":"'"$BOB"'","seq":0,"fee":0,"operation":"pay","to":"'"$BOB"'","amount":1,"memo":"%41","memo_utf8":"A"}'
    refused 'line: over 65535' '{"type":"other","line":"'"$(head -c 65536 /dev/zero | tr '\0' x)"'"}'
}

@test "back: a fault is told by its line, and what is sound goes on" {
    { echo '{"type":"other","line":"one"}' && echo '{"type":' && echo '{"type":"other","line":"two"}' && echo 'x {"type":"other","line":"lost"}' &&
        printf '{\n"type":"other",\n"line":"three"\n}\n{"type":\n\n"othr"}\n{"type":"other","line":"four"} {"type":"othr"}\n'; } >objects
    expect 1 ledger-export -r objects
    diff "$out" <(printf '%s\n' one two three four)
    says '^objects:2: json: an object in an object$'
    says '^objects:4: json: expected an object$'
    says "^objects:9: json: unknown type 'othr'\$"
    says "^objects:12: json: unknown type 'othr'\$"
    [ "$(wc -l <"$err")" -eq 4 ]
}

@test "back: hostile lengths and depths take neither memory nor time" {
    yes '[[[[[[[[' | head -c 3000000 | tr -d '\n' >deep
    { printf '{"type":"' && head -c 3000000 /dev/zero | tr '\0' x; } >long
    { printf '{' && head -c 3000000 /dev/zero | tr '\0' ' '; } >empty
    { printf '{"type":' && head -c 600000 /dev/zero | tr '\0' 9 && echo '}'; } >digits
    for file in deep long empty digits; do
        echo '{"type":"other","line":"good"}' | cat $file <(echo) - >both
        run_apart bash -c "${SANITIZE:+:} ulimit -v 60000; exec timeout 300 ledger-export -r both"
        [ "$status" -eq 1 ]
        [ "$(cat "$out")" = good ] || [ "$file" = empty ]
    done
    # the longest line there can be, all of it escaped
    printf '{"type":"other","line":"%s"}' "$(head -c 65535 /dev/zero | sed 's/\x0/\\u0078/g')" | ledger-export -r |
        cmp - <(head -c 65535 /dev/zero | tr '\0' x && echo)
}

@test "back: whatever pieces it comes in" {
    grown
    ledger-export >json
    dd if=json bs=7 2>dd.err | ledger-export -r | cmp - ledger
    ledger-export ledger - <genesis | ledger-export -r | cmp - <(cat ledger genesis)
    ledger-export -r json <(ledger-export genesis) | cmp - <(cat ledger genesis)
}

# --- Tables ----------------------------------------------------------------------------------------

@test "tsv: a row for each movement" {
    grown
    expect 0 ledger-export -f tsv -a names
    [ ! -s "$err" ]
    [ "$(awk -F '\t' '{ print NF }' "$out" | sort -u)" = 11 ]
    head -n 1 "$out" | tr '\t' ' ' | grep -qx 'height time block kind id seq payer payee amount fee memo'
    cut -f 1,4,6- "$out" | sed -n '2,3p;20,$p' | tr '\t' ' ' >rows
    diff rows - <<'END'
0 grant   alice 1000000 0 
1 pay 0 alice bob 5 1 lunch
1 reward   miner 50 0 
1 fees   miner 17 0 
2 pay 0 bob alice 3 1 -
2 pay 1 bob bob 2 1 self
2 reward   miner 50 0 
2 fees   miner 2 0 
END
    [ "$(sed -n 3p "$out" | cut -f 2,3,5)" = "1700000010"$'\t'"$(headers ledger | sed -n 2p | id)"$'\t'"$(grep '^tx ' ledger | head -n 1 | id)" ]
    # no byte of a memo can end a row or a column, nor mean anything to a spreadsheet
    ! LC_ALL=C grep -Pv '^[\t -~]*$' "$out" || false
    cut -f 11 "$out" | grep -Fqx %3Dcmd%28%29
}

@test "tsv: its sums are what ledger-balance says" {
    need sqlite3
    grown
    for ledger in ledger "$VECTORS"/good/*.ledger; do
        cp "$ledger" copy
        ledger-export -f tsv -l copy >table
        sums table | diff - <(balances copy)
    done
    count=$(few 10 3)
    for ((i = 1; i <= count; i++)); do
        "$BIN/.t/mutate" -a -k "$VECTORS/keys" -s $((100 + i)) -g >copy
        ledger-chain copy | ledger-export -f tsv - >table
        sums table | diff - <(balances copy)
    done
}

# What ledger-balance has of accounts, stakes and unbonding sums, as a table names it; nothing that is 0.
holdings() { # LEDGER
    ledger-balance -e -l "$1" | awk '$1 == "account" && $3 != 0 { print $2, $3 } $1 == "stake" { print "stake:" $2, $3 }
        $1 == "unbonding" { print "unbonding:" $2, $4 }' | sort >parts
    # sums of one account that return at different heights
    awk '$1 in n { n[$1] += $2; next } { n[$1] = $2; } END { for (who in n) print who, n[who] }' parts | sort
}

@test "tsv: on a chain with stakes, its sums are all that the state has" {
    need sqlite3
    count=0
    for ledger in $(grep -l "^rule allow stake" "$VECTORS"/seals/good/*.ledger | awk -v every="$(few 1 6)" 'NR % every == 0') \
        "$VECTORS"/seals/good/{slash-rounds-each-sum-down,accuse-oneself,accuse-by-a-policy-with-sponsor}.ledger; do
        cp "$ledger" copy
        rm -f copy.index*
        expect 0 ledger-export -f tsv -l copy
        cp "$out" table
        sums table | awk '$2 != 0' | sort | diff - <(holdings copy)
        count=$((count + 1))
    done
    [ "$count" -gt 8 ]
    # what each kind is, in the one whose member is slashed
    ledger-export -f tsv -a "$VECTORS/v2/keys/names" "$VECTORS/seals/good/slash-rounds-each-sum-down.ledger" | cut -f 1,4,7-10 |
        grep -v -e reward -e fees -e grant | tr '\t' , | diff - <(cat <<'END'
height,kind,payer,payee,amount,fee
0,member,,stake:member4,1339,0
0,member,,stake:member1,5000,0
0,member,,stake:member3,5000,0
0,member,,stake:member0,5000,0
1,unstake,member4,,0,1
1,unbonding,stake:member4,unbonding:member4,333,0
2,unstake,member4,,0,1
2,unbonding,stake:member4,unbonding:member4,7,0
3,accuse,alice,,0,1
3,unbonding,stake:member4,unbonding:member4,999,0
3,bounty,unbonding:member4,alice,44,0
3,slashed,unbonding:member4,,400,0
6,returned,unbonding:member4,member4,223,0
7,returned,unbonding:member4,member4,5,0
END
        )
    # one id for all that an accusation does
    ledger-export -f tsv "$VECTORS/seals/good/slash-rounds-each-sum-down.ledger" |
        awk -F '\t' '$4 ~ /^(accuse|bounty|slashed)$/ { print $5 }' | uniq | wc -l | grep -qx 1
    # what its sender does not have at stake ends the table, as it ends a journal
    for name in unstake-more-than-staked accused-unstakes; do
        expect 1 ledger-export -f tsv "$VECTORS/seals/bad/$name.ledger"
        says "^$VECTORS/seals/bad/$name.ledger:[0-9]+: tx: unstake: FROM has [0-9]+ staked, not"
    done
}

@test "tsv: DuckDB reads it, and its sums are what ledger-balance says" {
    node=''
    for program in $(type -ap node); do
        [[ $("$program" --version) != v* ]] || node=$program # and not our own
    done
    [ "$node" ] || skip 'Node.js is not here'
    export NODE_PATH=$ROOT/bin/.duckdb/node_modules
    "$node" -e 'require("@duckdb/node-api")' 2>node.err || skip '@duckdb/node-api is not here: t/lib/duckdb.sh installs it'
    grown
    for ledger in "$VECTORS"/seals/good/slash-rounds-each-sum-down.ledger ledger "$VECTORS"/good/*.ledger; do
        cp "$ledger" copy
        ledger-export -f tsv -l copy >table
        if grep -q "^rule allow stake" copy; then
            "$node" "$ROOT/t/lib/duckdb.js" table 2>types | awk '$2 != 0' | sort | diff - <(holdings copy)
            continue
        fi
        "$node" "$ROOT/t/lib/duckdb.js" table 2>types | diff - <(balances copy)
        grep -q 'amount BIGINT, fee BIGINT' types
    done
    rm alice.* bob.* miner.*
    easy_chain 9223372036854775800 2>keygen.err
    echo 'bob 9223372036854770000' | paid alice ledger | mined_into
    echo 'alice 9223372036854760000' | paid bob ledger | mined_into
    ledger-export -f tsv >table
    "$node" "$ROOT/t/lib/duckdb.js" table 2>types | diff - <(balances ledger)
}

# --- Journals --------------------------------------------------------------------------------------

@test "hledger: a transaction for each movement, and what everybody has at the end of each block" {
    printf '%s\n' 'alice bob 5 for lunch' 'bob bob 2' | txmake | txsign -k alice.key -k bob.key | mined_into
    expect 0 ledger-export -f hledger -a names
    [ ! -s "$err" ]
    sed 's/([0-9a-f]*)/(ID)/; s/^; chain .*/; chain ID/' "$out" | diff - <(cat <<'END'
; chain ID

commodity 1000. "easy"
account accounts  ; type:A
account equity  ; type:E
account equity:genesis
account equity:rewards
account equity:fees

2023-11-14 * (ID) alice  ; height:0, time:2023-11-14T22:13:20Z
    accounts:alice  1000000 "easy"
    equity:genesis  -1000000 "easy"

2023-11-14 * (ID) genesis | block 0  ; height:0, time:2023-11-14T22:13:20Z
    accounts:alice  0 "easy" = 1000000 "easy"

2023-11-14 * (ID) bob | for lunch  ; height:1, time:2023-11-14T22:13:30Z
    accounts:alice  -6 "easy"
    accounts:bob  5 "easy"
    equity:fees  1 "easy"

2023-11-14 * (ID) bob  ; height:1, time:2023-11-14T22:13:30Z
    accounts:bob  -3 "easy"
    accounts:bob  2 "easy"
    equity:fees  1 "easy"

2023-11-14 * (ID) miner | block 1  ; height:1, time:2023-11-14T22:13:30Z
    accounts:miner  52 "easy"
    equity:rewards  -50 "easy"
    equity:fees  -2 "easy"
END
        printf '    accounts:%s  0 "easy" = %s "easy"\n' alice 999994 bob 4 miner 52
        printf '\naccount accounts:%s\n' alice | cat - <(printf 'account accounts:%s\n' bob miner))
}

# A journal by keys: by_key [OPTION]...
by_key() {
    ledger-export -f hledger -a /dev/null "$@"
}

# What hledger itself says: that it is sound, strictly, and what accounts have, as ledger-balance does.
agrees() { # JOURNAL LEDGER
    hledger -f "$1" check --strict
    hledger -f "$1" check ordereddates
    hledger -f "$1" balance --flat --no-total --empty -O csv accounts: | tail -n +2 |
        sed 's/^"accounts:\([0-9a-f]*\)","\([0-9]*\).*/\1 \2/' | sort >hledger.balances
    balances "$2" | diff - hledger.balances
}

@test "hledger: hledger takes it, and agrees" {
    need hledger
    grown
    by_key >journal
    agrees journal ledger
    cp "$VECTORS/good/reorg.ledger" copy
    by_key -l copy >journal
    agrees journal copy
    # an assertion is one: any other number is refused
    sed '0,/ = [0-9]*/s// = 999999/' journal >forged
    refute hledger -f forged check 2>said
    grep -q 'balance assertion' said
    # by name
    ledger-export -f hledger -a names >journal
    hledger -f journal check --strict
    [ "$(hledger -f journal balance -N accounts:bob)" = "$(ledger-balance bob | awk '{ printf "%20s", $3 " easy" }')  accounts:bob" ]
    # in money of the whole range, and of a chain that nobody has named
    rm alice.* bob.* miner.*
    easy_chain 9223372036854775000 2>keygen.err
    echo 'bob 9223372036854774000' | paid alice ledger | mined_into
    by_key >journal
    agrees journal ledger
    ledger-init -n '' -T 1700000000 -e 0 -t f alice 7 >nameless
    by_key -l nameless >journal
    agrees journal nameless
}

@test "hledger: names from \$NAMES, or else names and *.pub, as everywhere; a table has keys" {
    grown
    ledger-export -f hledger -a names >named
    grep -q 'accounts:alice ' named
    ledger-export -f hledger | cmp - named
    mv names book
    ledger-export -f hledger | cmp - named # by *.pub
    mkdir away && mv -- *.pub away
    ledger-export -f hledger | cmp - <(by_key)
    ! by_key | grep -q alice || false
    sed 's/ alice$/ Alicia/' book >other
    NAMES=other ledger-export -f hledger >journal
    sed 's/alice/Alicia/' named | cmp - journal
    NAMES=other ledger-export -f hledger -a book | cmp - named
    NAMES=gone expect 2 ledger-export -f hledger
    says '^ledger-export: gone: '
    NAMES=gone ledger-export -f tsv | cmp - <(ledger-export -f tsv)
    ! NAMES=book ledger-export -f tsv | grep -q alice || false
}

# The journal is sound, and every amount in it is in this commodity.
sound_in() { # COMMODITY
    ledger-export -f hledger -l "${2-ledger}" "${@:3}" >journal
    hledger -f journal check --strict
    [ "$(hledger -f journal commodities | tr -d '"')" = "$1" ]
    grep -Fq "  7 \"$1\"" journal
}

@test "hledger: whatever a chain is called" {
    need hledger
    cp "$VECTORS"/cases/chain-named-AUTO.{ledger,names} .
    ledger-export -f hledger -l chain-named-AUTO.ledger -a chain-named-AUTO.names >journal
    hledger -f journal check --strict
    grep -q '"%41UTO"$' journal
    while read -r commodity name; do
        ledger-init -n "$name" -T 1700000000 -e 0 -t f alice 7 >chain
        sound_in "$commodity" chain
    done <<'END'
%41UTO AUTO
%2541UTO %41UTO
auto auto
AUTOS AUTOS
- 
%2D -
0 0
1e5 1e5
-1 -1
2024-01-01 2024-01-01
%24 $
%22%3B%20%25n "; %n
%E2%82%AC €
%28x%29 (x)
%40%3D @=
h h
P P
END
}

@test "hledger: whatever accounts and memos are called" {
    need hledger python3
    local i=0 name
    while read -r name; do
        printf 'key %064x %s\n' $((i += 1)) "$name"
    done >odd <<'END'
AUTO
equity
equity%3Afees
accounts
-x
--
.
~
%28x%29
%5Bx%5D
%2A
%21
%3D
2024-01-01
2024
0x1
alice%20%205
a%3Bb
a%7Cb
%C3%A9
date%3A2020
Alice
alice
P
END
    # shellcheck disable=SC2046 # words
    ledger-init -n odd -T 1700000000 -e 0 -t f $(sed 's/^key \([^ ]*\).*/\1 7/' odd) >chain
    sound_in odd chain -a odd
    [ "$(hledger -f journal accounts accounts: | wc -l)" -eq "$i" ]
    # two who have the same name, or one who is called as another's key, are shown by their keys
    sed 's/ Alice$/ twin/; s/ alice$/ twin/; s/ P$/ 0*1/' odd | sed "s/ 0\*1$/ $(printf %064x 1)/" >twins
    sound_in odd chain -a twins
    [ "$(hledger -f journal accounts accounts: | wc -l)" -eq "$i" ]

    # every two signs, and what means something elsewhere in a journal
    python3 - >memos <<'END'
signs = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ 0a\t"
print(*(a + b for a in signs for b in signs if a > " "), "AUTO", "2024-01-01", "2024/1/1 * (x) y", "comment", "end comment",
    "accounts:alice  5", "date:2020-01-01", "[2020-01-01]", "x date:2020-99-99", "type:A", "~ monthly", "include x", "x\u00e9 ", sep="\n")
END
    sed 's/^/bob 1 /' memos | paid alice ledger >payments
    mined_with ledger 1 miner <payments | ledger-append -q
    ledger-export -f hledger >journal
    hledger -f journal check --strict
    hledger -f journal print -O json >json
    python3 - <<'END'
import json
from urllib.parse import unquote_to_bytes
forms = [line.split()[8] for line in open("payments")]
read = [t for t in json.load(open("json")) if t["tdescription"].split(" ")[0] == "bob"]
assert len(read) == len(forms) > 1000
for form, t in zip(forms, read):
    memo = b"" if form == "-" else unquote_to_bytes(form)
    assert t["tdescription"].encode() in (b"bob | " + memo, b"bob | " + form.encode()), (form, t["tdescription"])
    assert [tag[0] for tag in t["ttags"]] == ["height", "time"], t
    assert t["tdate"] == "2023-11-14" and len(t["tpostings"]) == 3, t
END
}

@test "hledger: blocks' times may go back, its dates never" {
    day=86400
    for time in 20 1 30 2 40 3 50; do
        mine -m miner -T $((1700000000 + time * day)) </dev/null >block 2>said || continue
        ledger-append -q <block
    done
    grep '^block ' ledger | cut -d ' ' -f 5 >clock
    ! sort -cn clock 2>said || skip 'no time went back'
    by_key >journal
    grep -o '^20..-..-..' journal >dates
    sort -c dates
    sed -n 's/.* | block .*time:\([^ ]*\)$/\1/p' journal | diff - <(sed 's/^/@/' clock | date -u -f - +%Y-%m-%dT%H:%M:%SZ)
    need hledger
    agrees journal ledger
}

@test "hledger: a year that no calendar has" {
    ledger-init -n far -T 253402300799 -e 0 -t f alice 7 >last
    ledger-export -f hledger -l last | grep -q '^9999-12-31 \* .* time:9999-12-31T23:59:59Z$'
    ledger-init -n far -T 253402300800 -e 0 -t f alice 7 >far
    ledger-export -f hledger -l far | grep -q '^9999-12-31 \* .* time:253402300800$'
    ledger-init -n far -T 9223372036854775807 -e 0 -t f alice 7 >end
    ledger-export -f hledger -l end >journal
    grep -q '^9999-12-31 \* .* time:9223372036854775807$' journal
    ! command -v hledger || hledger -f journal check
}

@test "hledger: no memo and no name writes a line of its own" {
    grown
    ledger-export -f hledger -a names >journal
    sed -n 's/^[0-9].*) bob | \(.*\)  ; .*/\1/p' journal >memos
    diff memos - <<'END'
lunch
a "b" \c
tab%09here
caf%C3%A9%20%F0%9F%98%80
%ED%A0%80
%C0%AF
%FF
%7F%01
a%3Bb
p%7Cq
50%25
=cmd()
2024-01-01 x
spa%20%20ces
%E2%80%AE
self
END
    echo "key $ALICE %0Aaccount%20x%3Ay" >odd.names
    ledger-export -f hledger -a odd.names | grep -Fq 'accounts:%0Aaccount%20x%3Ay  1000000'
}

# --- What is read ----------------------------------------------------------------------------------

@test "the ledger's best chain, or with -A all of it" {
    grown
    mine -l genesis -m bob -T 1700000050 </dev/null >side
    ledger-append -q <side
    ledger-chain | cmp - <(ledger-export | ledger-export -r)
    ledger-export -A | ledger-export -r | cmp - ledger
    ledger-export ledger | ledger-export -r | cmp - ledger
    ledger-export - <ledger | ledger-export -r | cmp - ledger
    cp ledger other
    for way in '-l other' '--ledger other'; do
        # shellcheck disable=SC2086 # words
        LEDGER=gone ledger-export $way | cmp - <(ledger-export)
    done
    LEDGER=other ledger-export --all | ledger-export --reverse | cmp - ledger
    gzip -k other
    ledger-export other.gz | ledger-export -r | cmp - ledger
    ledger-export -A -l other.gz | ledger-export -r | cmp - ledger
    # and the long names of all the other options
    ledger-export --format tsv --names names | cmp - <(ledger-export -f tsv -a names)
    ledger-export --strings | cmp - <(ledger-export -S)
}

# A table or journal of this has status 1, and says so of this line.
stops_at() { # FILE LINE RULE
    local format
    for format in tsv hledger; do
        expect 1 ledger-export -f $format "$1"
        says "^$1:$2: $3"
        [ "$(wc -l <"$err")" -eq 1 ]
    done
}

@test "tables and journals are of a chain, from its beginning" {
    grown
    cat ledger <(mine -l genesis -m bob -T 1700000050 </dev/null) >side
    stops_at side $(($(wc -l <ledger) + 1)) 'block: not on top of the block before it; .ledger-chain. leaves'
    # a block of the right height, but on another parent
    { cat genesis && mine -l genesis -m bob -T 1700000050 </dev/null; } >other
    ledger-chain -n 2 >jump
    stop=$(($(wc -l <jump) + 1))
    mine -l other -m bob -T 1700000060 </dev/null >>jump
    stops_at jump "$stop" 'block: not on top'
    ledger-chain -s 1 >later
    stops_at later 1 'block: a chain begins with its genesis block'
    cat ledger <(grep '^tx ' ledger | head -n 1) >loose
    stops_at loose $(($(wc -l <ledger) + 1)) 'expected a block'
    head -c -20 ledger >torn
    stops_at torn "$(wc -l <ledger)" 'line: torn'
    sed "12s/ 5 lunch/ 6 lunch/" ledger >forged
    stops_at forged 11 'block: root does not match'
    : >empty
    for format in tsv hledger; do expect 0 ledger-export -f $format empty; done
    # files are read as one stream
    ledger-export -f tsv <(ledger-chain -n 1) <(ledger-chain -s 1) | cmp - <(ledger-export -f tsv)
}

# A chain whose second block holds this transaction, whatever it says; nobody has signed it.
lie() { # CHAIN SEQ FEE AMOUNT
    local tx
    tx="tx $1 $ALICE $2 $3 pay $BOB $4 - $(printf %0128d 0)"
    printf 'block 1 %s %s 1700000010 %s %s 1 0\n%s\n' "$(head -n 1 genesis | id)" "$(id <<<"$tx")" \
        "$(printf 'f%.0s' {1..64})" "$MINER" "$tx" | cat genesis - >lie
}

@test "a journal's balances are held to the rules, and a table's fees" {
    chain=$(head -n 1 genesis | id) at=$(($(wc -l <genesis) + 2))
    lie "$chain" 0 1 999999
    for format in tsv hledger; do expect 0 ledger-export -f $format lie; done
    lie "$(printf %064d 1)" 0 1 5
    stops_at lie "$at" 'tx: another chain'
    lie "$chain" 0 0 5
    stops_at lie "$at" 'tx: fee 0 is under the minimum of 1$'
    for numbers in '0 1 1000000' '0 1000000 1' '1 1 5' '0 1 9223372036854775807'; do
        # shellcheck disable=SC2086 # words
        lie "$chain" $numbers
        expect 0 ledger-export -f tsv lie
        expect 1 ledger-export -f hledger lie
        says "^lie:$at: tx: "
        ! grep -q 'accounts:.* 0 "easy" = -' "$out" || false
    done
}

@test "records come out as they come in" {
    mkfifo in
    ledger-export - <in >got &
    exec 7>in
    echo 'one 1' >&7
    eventually grep -q one got
    echo 'two 2' >&7
    eventually grep -q two got
    exec 7>&-
    wait $!
    ledger-export -r - <in >back &
    exec 7>in
    head -n 1 got >&7
    eventually grep -qx 'one 1' back
    exec 7>&-
    wait $!
    ledger-export -f tsv - <in >table &
    exec 7>in
    cat genesis >&7
    mine -m miner -T 1700000010 </dev/null >&7
    eventually grep -q grant table # the last block's body may still come
    exec 7>&-
    wait $!
}

@test "statuses: usage, files that are not there, a full disk" {
    for wrong in '-f xml' '-f' '-x' '-A ledger' '-l ledger ledger' '-r -S' '-r -A' '-r -l ledger' '-r -f tsv' '-r -a names' \
        '-a names' '-f tsv -S' '-f hledger -S'; do
        # shellcheck disable=SC2086 # words
        expect 2 ledger-export $wrong
        [ ! -s "$out" ]
    done
    expect 2 ledger-export gone
    says '^ledger-export: gone: '
    expect 2 ledger-export -r gone
    expect 2 ledger-export -l gone
    expect 2 ledger-export -A -l gone
    expect 2 ledger-export -f tsv -a gone
    expect 2 ledger-export .
    for arguments in '' -A '-f tsv' '-f hledger' ledger '-r json'; do
        ledger-export >json
        expect 2 sh -c "ledger-export $arguments >/dev/full"
        says '^ledger-export: stdout: No space left on device$'
    done
    gzip -k ledger
    head -c 200 ledger.gz >cut.gz
    for format in json tsv hledger; do expect 2 ledger-export -f $format cut.gz; done
    expect 0 ledger-export --help
    expect 0 ledger-export --version
    ledger-export | head -n 1 >first
    [ -s first ]
}

@test "a damaged ledger is a no, a torn one is told" {
    grown
    head -c -20 ledger >torn
    expect 0 ledger-export -l torn
    says '^torn:[0-9]+: ignored from here on: no complete valid block follows$'
    ledger-export -r <"$out" | cmp - <(ledger-chain -n 2)
    sed '12s/ 5 lunch/ 6 lunch/' ledger >forged
    for format in json tsv hledger; do
        expect 1 ledger-export -f $format -l forged
        says '^ledger-export: forged:11: '
    done
}

@test "memory does not grow with the stream" {
    [ -z "${SANITIZE-}" ] || skip 'a sanitizer needs room of its own'
    yes "key $ALICE name" | head -n 200000 >many
    ledger-export many >json
    (ulimit -v 30000 && ledger-export many | ledger-export -r >again)
    cmp many again
}
