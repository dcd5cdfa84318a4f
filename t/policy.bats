# shellcheck disable=SC2094 # a file that is read and compared with what comes out
load lib/common
load lib/ledger

# Policies: the program, what txmake shows of them and txsign adds, and which proofs are accepted.

V=$VECTORS/v2

setup() {
    fresh_folder
    for name in alice bob carol dave miner; do
        keygen -s "test key $name" $name >>names 2>/dev/null
    done
    A=$(account alice) B=$(account bob) C=$(account carol) D=$(account dave)
    H=$(policy -m secret -s sesame 2>/dev/null)
    P=$(cut -c 1-64 secret)
    H=${H#hash }
}

# A chain on which everybody may have policies, with money for these.
chain_of() { # NAME...
    local who grants=()
    for who; do grants+=("$who" 1000); done
    ledger-init -n policies -A batch,policy,slh-dsa,sponsor -T 1700000000 -t f -e 0 "${grants[@]}" >ledger
}

# Adds a block of the transactions on stdin.
block() {
    local height
    height=$(grep -c '^block ' ledger)
    mine -m miner -T $((1700000000 + 10 * height)) | ledger-append -q -T 1800000000 ledger
}

club() {
    policy -n club 2 alice bob carol or 1 dave after 3 or 1 carol hash "$H" >>names
}

# --- Making -------------------------------------------------------------------------------------------

@test "a policy is made of words, its keys in order, and its account is the hash of its line" {
    expect 0 policy 2 alice bob carol or 1 dave after 9000
    [ ! -s "$err" ]
    line="policy 2 $B $C $A or 1 $D after 9000"
    diff <(echo "$line") "$out"
    expect 0 policy 2 carol "$A" bob or 1 dave after 9000
    diff <(echo "$line") "$out"
    expect 0 policy -A 2 alice bob carol or 1 dave after 9000
    [ "$(cat "$out")" = "p$(id <<<"$line")" ]
    expect 0 policy -n "our club" 2 alice bob carol or 1 dave after 9000
    diff <(printf '%s\n' "$line" "key p$(id <<<"$line") our%20club") "$out"
    verify -q "$out"
    expect 0 policy 1 alice hash "$H" after 7
    diff <(echo "policy 1 $A after 7 hash $H") "$out"
}

@test "the policy of the vectors" {
    hash=$(sed 's/.* hash //' "$V/tx2/policy.text")
    expect 0 policy -a "$V/keys/names" 2 alice bob carol or 1 dave after 3 or 1 carol hash "$hash" or 1 bob after 2 hash "$hash"
    cmp "$out" "$V/tx2/policy.text"
    expect 0 policy -A <"$V/tx2/policy.text"
    cmp "$out" "$V/tx2/policy.account"
}

@test "what is no policy" {
    refuse() { # WORDS ARGUMENT...
        local words=$1
        shift
        expect 2 policy "$@"
        [ ! -s "$out" ]
        says "^policy: $words"
    }
    refuse "2 signers of 1 keys\$" 2 alice
    refuse "0 signers of 1 keys\$" 0 alice
    refuse "'alice' is no number: a branch begins with how many sign\$" alice bob
    refuse "'' is no number" 1 alice or
    refuse "'or' is no number" 1 alice or or 1 bob
    refuse "a branch names nobody who signs\$" 1 after 3
    refuse "twice in one branch: alice [(]${A:0:8}[)]\$" 2 alice bob "$A"
    refuse "'bbo' is neither an account nor a name in the address book: did you mean bob[?]\$" 1 alice bbo
    refuse "after: '' is not a number" 1 alice after
    refuse "after 0: a height is at least 1\$" 1 alice after 0
    refuse "after: '07' is not a number" 1 alice after 07
    refuse 'after stands twice in one branch$' 1 alice after 7 after 8
    refuse 'hash stands twice in one branch$' 1 alice hash "$H" hash "$H"
    refuse "hash: '12' is not 64 lowercase hex digits" 1 alice hash 12
    refuse "'bob' cannot follow a lock: expected or\$" 1 alice after 7 bob
    refuse "a policy cannot be one of its keys: p0000" 1 "p$(printf %064d 1)" alice
    # shellcheck disable=SC2046 # words
    refuse 'over 8 branches$' $(yes '1 alice or' | head -n 8) 1 alice
    # shellcheck disable=SC2046
    policy $(yes '1 alice or' | head -n 7) 1 alice >/dev/null
    # shellcheck disable=SC2046
    refuse 'a branch has over 16 keys$' 1 $(for i in {1..17}; do id <<<"$i"; done)
    # shellcheck disable=SC2046
    policy 1 $(for i in {1..16}; do id <<<"$i"; done) >/dev/null
}

@test "a policy that nobody could ever spend is not made; a branch that nobody could use is told" {
    s() { for i in $(seq "$1"); do echo "s$(id <<<"$i")"; done; }
    # shellcheck disable=SC2046
    policy 4 $(s 4) >/dev/null
    # shellcheck disable=SC2046
    policy 5 alice $(s 4) >/dev/null
    # shellcheck disable=SC2046
    expect 2 policy 5 $(s 5)
    says '^policy: branch 0 can never be used: it needs 5 SLH-DSA signatures, and a line holds 4$'
    [ ! -s "$out" ]
    # shellcheck disable=SC2046
    expect 2 policy 6 alice $(s 6) or 5 $(s 5) after 7
    [ ! -s "$out" ]
    # shellcheck disable=SC2046
    expect 0 policy 5 $(s 5) or 1 alice
    says '^policy: branch 0 can never be used: it needs 5 SLH-DSA'
    [ "$(wc -l <"$out")" -eq 1 ]
    # points of small order, or beyond 2^255-19
    expect 2 policy 1 "$(printf %064d 0)"
    says '^policy: branch 0 can never be used: only 0 of its keys are points that can sign$'
    expect 2 policy 2 alice "$(printf 'f%.0s' {1..64})"
    says 'only 1 of its keys'
    policy 1 alice "$(printf %064d 0)" >/dev/null
    # four long signatures fit in a line, but not with a long policy
    long=()
    for i in {1..7}; do long+=(1); for k in {1..16}; do long+=("$(id <<<"$i $k")"); done; long+=(or); done
    # shellcheck disable=SC2046
    expect 0 policy "${long[@]}" 3 $(s 3)
    [ ! -s "$err" ]
    # shellcheck disable=SC2046
    expect 0 policy "${long[@]}" 4 $(s 4)
    says '^policy: branch 7 can never be used: its shortest transaction has [0-9]* bytes, and a line at most 65535$'
}

# --- Meaning ------------------------------------------------------------------------------------------

@test "-e: what a policy means" {
    club
    a="alice (${A:0:8})" b="bob (${B:0:8})" c="carol (${C:0:8})" d="dave (${D:0:8})"
    expect 0 policy -e club
    diff - "$out" <<END
club ($(policy -A club | cut -c 1-8)) is spent by one of:
0 any 2 of $b, $c and $a
1 $d, from height 3 on
2 $c, with the preimage of $H
END
    expect 0 policy -e 2 alice bob after 5 hash "$H"
    sed -n 1p "$out" | grep -E '^p[0-9a-f]{64} is spent by:$'
    sed -n 2p "$out" | diff - <(echo "0 $b and $a, from height 5 on, with the preimage of $H")
    expect 0 policy -e 1 alice bob
    says_out() { grep -Eq -- "$1" "$out"; }
    says_out '^0 any 1 of '
    # from lines, as they stand in an address book
    expect 0 policy -e <names
    [ "$(wc -l <"$out")" -eq 4 ]
    { grep '^policy ' names; policy 1 bob; } >two
    expect 0 policy -e <two
    [ "$(grep -c 'is spent by' "$out")" -eq 2 ]
    expect 0 policy <two
    cmp two "$out"
    expect 0 policy <names
    diff <(grep '^policy ' names) "$out"
}

@test "lines that are no policy are told with their place; cut, long, forged" {
    { policy 1 bob; echo 'rule name x'; policy 1 bob | tr a-f A-F; policy 1 bob | sed 's/ 1 / 01 /'; policy 1 alice; } >lines
    expect 1 policy <lines
    [ "$(wc -l <"$out")" -eq 2 ]
    says '^stdin:2: policy: expected the word policy$'
    says '^stdin:3: '
    says "^stdin:4: policy: number of signers: '01' is not a number"
    policy 1 bob | tr -d '\n' >torn
    expect 1 policy -e <torn
    says '^stdin:1: line: torn'
    [ ! -s "$out" ]
    head -c 70000 /dev/zero | tr '\0' x >long
    expect 1 policy <long
    says '^stdin:1: line: over 65535 bytes'
    expect 0 policy </dev/null
    expect 2 policy -e </
    says '^policy: stdin: '
    # verify knows their form
    expect 1 verify lines
    says "^lines:4: policy: number of signers: '01'"
    policy 1 bob | verify -q
}

@test "-w: by which branches it could be spent, with what there is" {
    club
    a="alice (${A:0:8})" b="bob (${B:0:8})" c="carol (${C:0:8})" d="dave (${D:0:8})"
    chain_of club
    expect 0 policy -w club
    diff - "$out" <<END
0 open: any 2 of $b, $c and $a
1 locked: until height 3 (in 2 blocks, about 2023-11-14T22:13:50Z)
2 locked: until the preimage of $H is shown
END
    expect 0 policy -w -i secret -k carol -k dave -H 3 club
    diff - "$out" <<END
0 lacking: 1 signature of $b and $a
1 open: $d, from height 3 on
2 open: $c, with the preimage of $H
END
    expect 1 policy -w -i secret -k alice -l ledger club
    diff - "$out" <<END
0 lacking: 1 signature of $b and $c
1 locked: until height 3 (in 2 blocks, about 2023-11-14T22:13:50Z)
2 lacking: 1 signature of $c
END
    expect 1 policy -w -k miner -H 2 <names
    grep '^0 lacking: 2 signatures of ' "$out"
    grep '^1 locked: until height 3 (in 1 block)$' "$out"
    block </dev/null && block </dev/null
    expect 0 policy -w club
    grep -F "1 open: $d" "$out"
    # a lock beyond all times has none
    expect 1 policy -w 1 alice after 9223372036854775807
    grep -E '^0 locked: until height 9223372036854775807 \(in [0-9]+ blocks\)$' "$out"
    # shellcheck disable=SC2046 # words
    expect 1 policy -w 5 $(for i in {1..5}; do echo "s$(id <<<"$i")"; done) or 1 alice after 9
    grep '^0 never: ' "$out"
    # a preimage of something else opens nothing
    policy -m other >/dev/null
    expect 1 policy -w -H 1 -i other 1 alice hash "$H"
    grep '^0 locked: until the preimage' "$out"
}

@test "a name without a policy, and options that do not go together" {
    refuse() { # WORDS ARGUMENT...
        local words=$1
        shift
        expect 2 policy "$@"
        says "^policy: $words"
    }
    refuse "the address book has no policy of alice [(]${A:0:8}[)]\$" alice
    refuse "'nobody' is neither" nobody
    refuse 'only one of -A, -e, -w, -m and -y can be given' -A -e 1 alice
    refuse 'only one of' -m x -y secret
    refuse '-m and -y are about a preimage alone' -m x 1 alice
    refuse '-s goes with -m' -s text 1 alice
    refuse '-l, -H, -k and -i go with -w' -k alice 1 alice
    refuse '-l, -H, -k and -i go with -w' -H 3 1 alice
    refuse '-n names the policy' -n x
    refuse '-n names the policy' -n x -e 1 alice
    refuse '-n: the name is empty' -n '' 1 alice
    refuse '-n: the name reads like an account' -n "$A" 1 alice
    refuse '-n: the name is over 256 bytes' -n "$(head -c 257 /dev/zero | tr '\0' x)" 1 alice
    refuse 'nowhere: cannot open' -a nowhere 1 alice
    refuse 'nowhere' -w -l nowhere 1 alice
    refuse "'nobody' is neither" -w -H 1 -k nobody 1 alice
    refuse 'nowhere: ' -w -H 1 -i nowhere 1 alice
    for what in "1 alice" "-e 1 alice" "-w -H 1 1 alice" "-y secret" "-m new"; do
        run_apart sh -c "policy $what >/dev/full"
        [ "$status" -eq 2 ]
        says '^policy: stdout: '
    done
}

# --- Preimages ----------------------------------------------------------------------------------------

@test "-m makes a preimage, and its hash is that of its 64 digits" {
    expect 0 policy -m new
    [ ! -s "$err" ]
    [ "$(cat "$out")" = "hash $(head -c 64 new | sha256sum | cut -c 1-64)" ]
    grep -Eqx '[0-9a-f]{64}' new
    [ "$(wc -c <new)" -eq 65 ]
    [ "$(stat -c %a new)" = 600 ]
    expect 0 policy -y new
    [ "$(cat "$out")" = "hash $(head -c 64 new | sha256sum | cut -c 1-64)" ]
    expect 0 policy -y - <new
    policy -m newer >/dev/null
    refute cmp -s new newer
    # from a text, as anyone can
    expect 0 policy -m again -s sesame
    says '^policy: anyone who knows the text of -s has this preimage$'
    cmp again secret
    [ "$P" = "$(printf sesame | sha256sum | cut -c 1-64)" ]
    # never over a file, and nothing else is one
    expect 2 policy -m new
    says '^policy: new: cannot make it: File exists$'
    for bad in '' "$P" "${P%?}" "$P$P" "$(tr a-f A-F <<<"$P")"; do
        printf %s "$bad" >bad
        expect 2 policy -y bad
        says '^policy: bad: no preimage: expected 64 lowercase hex digits and a newline$'
    done
    printf '%s\n\n' "$P" >bad
    expect 2 policy -y bad
    expect 2 policy -y nowhere
    says '^policy: nowhere: '
    expect 2 policy -y - </
}

# --- txmake -------------------------------------------------------------------------------------------

@test "txmake and txsign make the transactions of the vectors" {
    cp "$V/keys/names" names
    made() { # NAME OPTION...
        local name=$1
        shift
        txmake -s 0 -c "$(cut -d ' ' -f 2 "$V/tx2/$name.unsigned")" "$@" >line
        [ "$(head -c "$(($(wc -c <"$V/tx2/$name.unsigned") - 1))" line)" = "$(cat "$V/tx2/$name.unsigned")" ]
        txsign -k alice.key -k bob.key -k carol.key -k dave.key line | cmp - "$V/tx2/$name.signed"
        [ "$(id <"$V/tx2/$name.signed")" = "$(cat "$V/tx2/$name.id")" ]
    }
    account=$(cat "$V/tx2/policy.account")
    sed 's/.* show \([0-9a-f]*\) .*/\1/' "$V/tx2/policy-hash.signed" >preimage
    made policy -P "$V/tx2/policy.text" -f "$account" -y 0 dave 10
    made policy-after -P "$V/tx2/policy.text" -f "$account" -y 1 dave 10
    made policy-hash -P "$V/tx2/policy.text" -f "$account" -y 2 -i preimage dave 10
    made policy-sponsor -P "$V/tx2/policy.text" -f "$account" -y 0 -S bob dave 10
    # without -y the first branch without a lock, as no ledger says at which height
    made policy -P "$V/tx2/policy.text" -f "$account" dave 10
    cat "$V/tx2/policy.text" >>names
    made policy -f "$account" dave 10
}

@test "SLH-DSA keys sign policies and sponsor, as in the vectors" {
    slh_key() { # NAME: PKCS #8 of the vectors' seeds, which keygen -s has not
        local public seeds
        public=$(sed -n "s/^key s\(.*\) $1\$/\1/p" "$V/keys/names")
        seeds=$(printf 'test slh-dsa key %s' "$1" | sha384sum | cut -c 1-96)
        echo '-----BEGIN PRIVATE KEY-----'
        echo "3052020100300b06096086480165030403140440$seeds${public:32}" | tr -d '\n' | tr a-f A-F | basenc --base16 -d | base64 -w 64
        echo '-----END PRIVATE KEY-----'
    }
    for name in slow1 slow2; do
        (umask 077 && slh_key $name >$name.key)
    done
    for name in slh-dsa slh-dsa-sponsor sponsor; do
        expect 0 txsign -k alice.key -k bob.key -k slow1.key -k slow2.key "$V/tx2/$name.unsigned"
        cmp "$out" "$V/tx2/$name.signed"
    done
    cp "$V/keys/names" names
    policy -n mixed 2 slow1 alice or 1 slow2 >>names
    chain=$(cut -d ' ' -f 2 "$V/tx2/slh-dsa-policy.signed")
    txmake -s 0 -c "$chain" -f mixed slow2 10 >line
    expect 1 txsign -k slow1.key line
    says '^line:1: tx: 0 of 2 signatures; next: alice .*; slow1 [(]sa06ab3b[)] is too early, as signers ascend$'
    txsign -k alice.key line 2>/dev/null | txsign -k slow1.key | cmp - "$V/tx2/slh-dsa-policy.signed"
}

@test "txmake: which branch is shown" {
    club
    chain_of club alice
    shown() { sed 's/.* by //' "$out"; }
    expect 0 txmake -f club bob 5
    [ ! -s "$err" ]
    [ "$(shown)" = 0 ]
    grep -F " $(grep '^policy ' names) by 0" "$out"
    expect 0 txmake -f club -y 2 -i secret bob 5
    [ "$(shown)" = "2 show $P" ]
    expect 0 txmake -f club -y 1 bob 5
    [ "$(shown)" = 1 ]
    says '^txmake: branch 1 opens at height 3; the next block has height 1$'
    expect 2 txmake -f club -y 2 bob 5
    says '^txmake: branch 2 needs a preimage: -i FILE$'
    policy -m other >/dev/null
    expect 2 txmake -f club -y 2 -i other bob 5
    says '^txmake: -i: this is not the preimage that branch 2 asks for$'
    expect 2 txmake -f club -y 3 bob 5
    says '^txmake: -y: there is no branch 3: the policy has 3, from 0 on$'
    expect 2 txmake -f club -i nowhere bob 5
    expect 2 txmake -f club -P nowhere bob 5
    says '^txmake: nowhere: cannot open'
    echo nonsense >odd
    expect 2 txmake -f club -P odd bob 5
    says '^txmake: odd:1: '
    # the first that is open: none, then the second
    policy -n late 1 alice after 2 or 1 bob after 3 or 1 carol hash "$H" >>names
    expect 2 txmake -f late bob 5
    says '^txmake: no branch of this policy is open now [(]policy -w lists them[)]: -y BRANCH chooses one$'
    expect 0 txmake -f late -i secret bob 5
    [ "$(shown)" = "2 show $P" ]
    expect 2 txmake -s 0 -c "$(printf %064d 1)" -f late bob 5
    block </dev/null
    expect 0 txmake -f late bob 5
    [ "$(shown)" = 0 ]
    # from lines; a policy that nobody knows
    printf '%s\n' 'bob 1' 'carol 2' >payments
    expect 0 txmake -f club <payments
    [ "$(cut -d ' ' -f 4 "$out" | paste -sd ' ')" = '0 1' ]
    [ "$(grep -c ' by 0$' "$out")" -eq 2 ]
    echo "p$(printf %064d 1) bob 5" >payments
    expect 1 txmake <payments
    says '^stdin:1: no policy is known of p0*1: -P FILE, or a line of the address book [(]policy[)]$'
    # an account without a policy does not mind
    expect 0 txmake -f alice -y 3 -i secret bob 5
    refute grep -q policy "$out"
}

@test "txmake: the fee of a policy's transaction is enough for its length, whoever signs" {
    keygen -s slow -t slh-dsa slow >>names 2>/dev/null
    policy -n club 2 alice bob slow or 2 alice bob hash "$H" >>names
    ledger-init -n policies -A batch,policy,slh-dsa,sponsor -F 3 -f 2 -T 1700000000 -t f -e 0 club 1000000 alice 1000000 >ledger
    least() { echo $((2 + 3 * ($(wc -c <"$1") - 1))); }
    txmake -f club -y 1 -i secret bob 5 | txsign -k alice.key -k bob.key >signed
    [ "$(cut -d ' ' -f 5 signed)" -eq "$(least signed)" ]
    txmake -f club -y 1 -i secret -S carol bob 5 | txsign -k alice.key -k bob.key -k carol.key >signed
    [ "$(cut -d ' ' -f 5 signed)" -eq "$(least signed)" ]
    txmake -f club bob 5 >line
    txsign -k alice.key -k slow.key line >signed
    [ "$(cut -d ' ' -f 5 line)" -eq "$(least signed)" ]
    block <signed
    verify -q ledger
}

@test "txmake -R: a waiting transaction of a policy again, with a higher fee" {
    club
    chain_of club
    txmake -f club -y 2 -i secret bob 5 | txsign -k carol.key >signed
    txpool pool <signed
    expect 0 txmake -R "$(id <signed)" -p pool
    diff <(cut -d ' ' -f 6- "$out") <(sed 's/ [0-9a-f]* [0-9a-f]*$//' signed | cut -d ' ' -f 6-)
    [ "$(cut -d ' ' -f 5 "$out")" -gt 1 ]
    txsign -k carol.key "$out" | verify -q
    expect 2 txmake -R "$(id <signed)" -p pool -y 1
    expect 2 txmake -R "$(id <signed)" -p pool -P names
    expect 2 txmake -R "$(id <signed)" -p pool -i secret
}

# --- txsign -------------------------------------------------------------------------------------------

@test "two of three sign in turn, each on a machine of its own" {
    club
    chain_of club
    a="alice [(]${A:0:8}[)]" b="bob [(]${B:0:8}[)]" c="carol [(]${C:0:8}[)]"
    txmake -f club bob 5 >line # the order is bob, carol, alice
    expect 1 txsign -k bob.key line
    says "^line:1: tx: 1 of 2 signatures; next: $c or $a\$"
    cp "$out" half
    expect 1 verify half
    says 'tx: signed by 1 of the 2 keys that branch 0 asks for'
    expect 0 txsign -k carol.key half
    [ ! -s "$err" ]
    verify -q "$out"
    cp "$out" signed
    # who has signed does not sign again; a complete line passes
    expect 1 txsign -k bob.key half
    says "^half:1: tx: 1 of 2 signatures; next: $c or $a\$"
    cmp half "$out"
    expect 0 txsign -k bob.key -k carol.key -k alice.key signed
    cmp signed "$out"
    # all at once, and one who is too early or too late
    txsign -k alice.key -k carol.key -k bob.key line | cmp - signed
    expect 1 txsign -k alice.key line
    says "^line:1: tx: 0 of 2 signatures; next: $b or $c; $a is too early, as signers ascend\$"
    cmp line "$out"
    expect 1 txsign -k carol.key line
    cp "$out" half
    expect 1 txsign -k bob.key half
    says "^half:1: tx: 1 of 2 signatures; next: $a; $b is too late, as signers ascend\$"
    cmp half "$out"
    txsign -k alice.key half | verify -q
    expect 1 txsign -k dave.key line
    says "^line:1: tx: 0 of 2 signatures; next: $b or $c\$"
    # a policy that is not shown cannot be signed
    sed 's/ policy .*//' line >bare
    expect 1 txsign -k bob.key bare
    says "^bare:1: tx: it does not show the policy of club [(]p"
    cmp bare "$out"
    # every line of many by itself
    cat line half signed bare >many
    expect 1 txsign -k alice.key many
    [ "$(wc -l <"$out")" -eq 4 ]
    for i in 2 3; do sed -n ${i}p "$out" | verify -q; done
}

@test "a sponsor signs last, whoever FROM is" {
    club
    chain_of club alice bob
    txmake -f club -S alice carol 5 >line
    expect 1 txsign -k alice.key line # as a key of the policy she would be too early
    cmp line "$out"
    txsign -k bob.key line >half 2>/dev/null || :
    expect 1 txsign -k carol.key half
    says "^half:1: tx: no key here for alice [(]${A:0:8}[)], the sponsor, who signs last\$"
    cp "$out" full
    expect 0 txsign -k alice.key full
    verify -q "$out"
    # as one of the two, and as the sponsor
    expect 0 txsign -k alice.key half
    verify -q "$out"
    [ "$(grep -o " $A [0-9a-f]\{128\}" "$out" | wc -l)" -eq 1 ]
    txmake -f bob -S alice carol 5 >line
    expect 1 txsign -k alice.key line
    says "^line:1: tx: no key here for bob "
    expect 1 txsign -k bob.key line
    says ', the sponsor, who signs last$'
    txsign -k alice.key "$out" | verify -q
    txsign -k alice.key -k bob.key line | verify -q
}

@test "keys are left for those who must still sign, and for those whose signatures are short" {
    keygen -s a1 a1 >>names 2>/dev/null
    for i in 1 2 3 4 5; do keygen -t slh-dsa -s "slow $i" slow$i >>names 2>/dev/null; done
    # 3 of 4: whoever signs first is one of the first two
    policy -n four 3 alice bob carol dave >>names
    chain_of four
    txmake -f four bob 1 >line
    sort=$(printf '%s\n' "$A" "$B" "$C" "$D" | sort)
    for i in 1 2 3 4; do
        who=$(sed -n "${i}p" <<<"$sort")
        name=$(awk -v a="$who" '$2 == a { print $3 }' names)
        run_apart txsign -k "$name.key" line
        [ "$status" -eq 1 ]
        if [ $i -le 2 ]; then refute cmp -s line "$out"; else cmp line "$out"; fi
    done
    # 6 of 8, of which two are short: both of them must sign, as five long ones do not fit
    policy -n long 6 alice a1 slow1 slow2 slow3 slow4 slow5 >>names
    txmake -s 0 -c "$(printf %064d 1)" -f long bob 1 >line
    first=$(printf '%s\n' "$A" "$(account a1)" | sort | head -n 1)
    name=$(awk -v a="$first" '$2 == a { print $3 }' names)
    other=$([ "$name" = alice ] && echo a1 || echo alice)
    expect 1 txsign -k "$other.key" -k slow1.key line
    says "next: $name .*; $other .* is too early"
    cmp line "$out"
    expect 0 txsign -k alice.key -k a1.key -k slow1.key -k slow2.key -k slow3.key -k slow4.key line
    verify -q "$out"
    # with a long sponsor there is no way
    txmake -s 0 -c "$(printf %064d 1)" -S slow5 -f long bob 1 >line
    expect 1 txsign -k alice.key -k a1.key line
    says '^line:1: tx: it takes more SLH-DSA signatures than a line holds, 4$'
    cmp line "$out"
}

@test "in whatever order the signers of N of M are asked, nobody signs so early that too few are left" {
    run "$BIN/.t/turntest"
    [ "$output" = '719 orders, 396 complete' ]
}

@test "what is no line of a policy passes unsigned, with its reason" {
    club
    chain_of club
    txmake -f club bob 5 >line
    for change in 's/ by 0/ by 00/' 's/ by 0/ by 3/' 's/ by 0/ by/' 's/ by 0//' 's/ by 0/ by 0 show 12/' 's/policy 2/policy 1/' \
        's/ by 0/ by 1 by 0/' "s/ by 0/ by 0 $B/" "s/ by 0/ by 0 $B 12/" 's/ policy/  policy/'; do
        sed "$change" line >bad
        refute cmp -s line bad
        expect 1 txsign -k bob.key -k carol.key -k alice.key bad
        cmp bad "$out"
        says '^bad:1: '
    done
    txsign -k bob.key -k carol.key line >signed
    run_apart sh -c 'txsign -k bob.key -k carol.key line >/dev/full'
    [ "$status" -eq 2 ]
}

# --- Which proofs are accepted ------------------------------------------------------------------------

@test "of every subset of signers, height and preimage, only the legal proof is accepted" {
    "$BIN/.t/policytest" subsets 2>said
    [ "$(cat said)" = '15360 cases, 86 accepted' ]
}

@test "no second form of any proof is accepted" {
    "$BIN/.t/policytest" forms 2>said
    grep -E '^[0-9]{4,} cases, 20 accepted$' said
}

# bats test_tags=thorough
@test "the reference says the same of each of these proofs" {
    reference=$ROOT/../shared/reference/refledger.py
    [ -e "$reference" ] || skip '../shared is not here'
    need python3
    "$BIN/.t/policytest" subsets print 2>/dev/null >cases
    python3 -B - "$reference" cases <<'END'
import importlib.util, sys
spec = importlib.util.spec_from_file_location("refledger", sys.argv[1])
ref = importlib.util.module_from_spec(spec)
spec.loader.exec_module(ref)
said = {"yes": 0, "no": 0}
for line in open(sys.argv[2]):
    height, verdict, tx = line.rstrip("\n").split(" ", 2)
    f = ref.Fields(tx)
    rules = {"allow": {"policy"}}
    try:
        for _ in range(2):
            f.take()
        who = ref.account(f.take(), rules)
        f.take(), f.take()
        ref.parse_operation(f, rules)
        ref.check_proof(f, who, rules, int(height))
        f.end()
        answer = "yes"
    except ref.Bad:
        answer = "no"
    if answer != verdict:
        sys.exit(f"the reference says {answer}: {line}")
    said[answer] += 1
assert said["yes"] == 86 and said["no"] > 15000, said
END
}

@test "in a ledger: a time lock opens at its height, a hash lock by its preimage, and blocks say so" {
    club
    chain_of club
    # block 1: by two of three
    txmake -f club bob 5 | txsign -k bob.key -k carol.key | block
    # block 2: one too soon
    txmake -s 1 -f club -y 1 bob 5 2>/dev/null | txsign -k dave.key >early
    run_apart mine -m miner -T 1700000020 <early
    says 'tx: branch 1 opens at height 3, this is 2'
    # a block that holds it all the same: the next one's, one lower
    block </dev/null
    cp ledger before
    block <early
    grep -q ' by 1 ' ledger
    txmake -f club -y 2 -i secret bob 5 | txsign -k carol.key | block
    ledger-balance bob | cut -d ' ' -f 3 | grep -x 15
    verify -q ledger
    parent=$(grep '^block 1 ' ledger)
    { sed '/^block 2 /,$d' before && grep '^block 3 ' ledger | sed "s/^block 3 [^ ]*/block 2 $(id <<<"$parent")/;s/ 1700000030 / 1700000020 /" && cat early; } >forged
    expect 1 verify forged
    says '^forged:[0-9]*: tx: branch 1 opens at height 3, this is 2$'
    reference=$ROOT/../shared/reference/refledger.py
    [ -e "$reference" ] || return 0
    python3 -B "$reference" audit ledger
    expect 1 python3 -B "$reference" audit forged
    says 'not before height 3'
}
