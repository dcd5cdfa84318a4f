load lib/common

# lincheck: histories of our own form, of Jepsen's and of Maelstrom's, good, forged and broken; and the judge against a
# search that remembers nothing (t/lib/historytest.c).

SHARED=$ROOT/../shared/vectors/linearizability

# A history on stdin must have this status, and stdout begin with the words.
judged() { # STATUS WORDS [OPTION...]
    expect "$1" lincheck "${@:3}"
    [[ $(head -n 1 "$out") == "$2"* ]] || { echo "not '$2': $(cat "$out")" && return 1; }
}

# The line must be refused, with these words.
broken() { # WORDS LINE...
    printf '%s\n' "${@:2}" >broken.history
    expect 2 lincheck broken.history
    [ ! -s "$out" ]
    says "^lincheck: broken.history:$(($# - 1)): $1"
}

# Lines of operations that are answered ok: with the same words, or with a result after them.
twice() {
    printf 'invoke %s\n' "$1" && printf 'ok %s\n' "$1"
    [ $# -eq 1 ] || twice "${@:2}"
}

gives() { # OPERATION RESULT...
    printf 'invoke %s\n' "$1" && printf 'ok %s\n' "$*"
}

# --- Models --------------------------------------------------------------------------------------------

@test "a register: a stale read is found, and the order before it shown" {
    cat >h <<'END'
invoke c1 write x 1
ok c1 write x 1
invoke c2 write x 2
invoke c3 read x
ok c3 read x 2
invoke c4 read x
ok c4 read x 1
ok c2 write x 2
END
    judged 1 'not linearizable: read x 1 by c4 (lines 6 to 7) fits nowhere; after the 3 operations that can be ordered, x is 2' <h
    tail -n +2 "$out" | diff - <(printf '%s\n' $'1\t1-2\tc1\twrite x 1' $'2\t3-8\tc2\twrite x 2' $'3\t4-5\tc3\tread x 2' \
        $'nowhere\t6-7\tc4\tread x 1')
    sed 's/read x 1/read x 2/' h | judged 0 'linearizable: 4 operations, 1 object' -o
    [ "$(cut -f 2 "$out" | tail -n +2 | sort | xargs)" = '1-2 3-8 4-5 6-7' ]
}

@test "what nobody knows may happen later, or never; what was refused may not" {
    for kind in info '#'; do
        printf '%s\n' 'invoke a write x 1' "$kind a write x late" 'invoke b read x' 'ok b read x nil' 'invoke b read x' \
            'ok b read x 1' | judged 0 linearizable
    done
    for kind in fail refuse; do
        printf '%s\n' 'invoke a write x 1' "$kind a write x" 'invoke b read x' 'ok b read x 1' |
            judged 1 'not linearizable: read x 1 by b (lines 3 to 4) fits nowhere; no operation can be ordered before it, and x is nil'
    done
}

@test "a failed cas has compared, a refused one has not" {
    printf '%s\n' 'invoke a write x 1' 'ok a' 'invoke b cas x 1 2' 'fail b cas x' |
        expect 2 lincheck # an `ok' names its key
    printf '%s\n' 'invoke a write x 1' 'ok a write x' 'invoke b cas x 1 2' 'fail b cas x' >h
    judged 1 'not linearizable: cas x 1 2 by b (lines 3 to 4), answered fail, fits nowhere; after the 1 operation' <h
    sed 's/fail/refuse/' h | judged 0 linearizable
    sed 's/cas x 1 2/cas x 2 1/' h | judged 0 linearizable
    sed 's/fail b cas x/ok b cas x 1 2/' h | judged 0 linearizable
}

@test "kv, queue and set" {
    { twice 'a put k "x y"' 'a append k z' && gives 'a get k' '"x yz"'; } | judged 0 linearizable
    { twice 'a put k x' 'a append k z' && gives 'a get k' z; } |
        judged 1 'not linearizable: get k z by a (lines 5 to 6) fits nowhere; after the 2 operations that can be ordered, k is xz'
    { gives 'a get k' nil && gives 'a get k' '""'; } | judged 0 linearizable
    { twice 'a enqueue q 1' 'a enqueue q 2' && gives 'a dequeue q' 1 && gives 'a dequeue q' 2 && gives 'a dequeue q' nil; } | judged 0 linearizable
    { twice 'a enqueue q 1' 'a enqueue q 2' && gives 'a dequeue q' 2; } >h
    judged 1 'not linearizable: dequeue q 2' <h
    head -n 1 "$out" | grep -q 'q is \[1 2\]$'
    { twice 'a add s 1' 'a add s 2' 'a remove s 1' && gives 'a read s' 2; } | judged 0 linearizable
    { twice 'a add s 2' 'a add s 1' && gives 'a read s' 1 2; } | judged 0 linearizable
    { twice 'a add s 1' && gives 'a read s' && gives 'a contains s 1' true; } | judged 1 'not linearizable: read s by a (lines 3 to 4)'
    { twice 'a add s 1' 'a add s 2' && gives 'a read s' 2; } >h
    judged 1 'not linearizable: read s 2' <h
    head -n 1 "$out" | grep -q 's is {1 2}$'
    { twice 'a add s 1' 'a add s 2' && gives 'a contains s 2' true && gives 'a contains s 3' false; } | judged 0 linearizable
    gives 'a contains s 2' true | judged 1 'not linearizable: contains s 2 true'
}

# hard READ: 20 writes and 20 swaps of which nobody knows, and a read that none of their many orders explains.
hard() {
    seq 20 | sed 's/.*/invoke w& write hard &/'
    seq 20 | sed 's/.*/invoke c& cas hard & 0/'
    gives 'r read hard' 99
}

@test "objects are apart, and one that is bad is found beside one that does not end" {
    { hard && twice 'a write easy 1' && gives 'a read easy' 2; } >h
    judged 1 'not linearizable: read easy 2' -M 64 <h
    grep -v easy h | judged 3 'unknown: the bound of steps was reached' -n 100000
    grep -v easy h | judged 3 'unknown: the bound of memory was reached' -M 1
    grep -v easy h | judged 3 'unknown: the bound of time was reached' -t 1 -M 65536
    grep -v hard h | sed 's/easy 2/easy 1/' | judged 0 'linearizable: 2 operations, 1 object'
}

@test "the judge agrees with a search of all orders" {
    for model in register cas kv queue set; do
        timeout 300 "$BIN/.t/historytest" 1 2000 "$model" 6
        timeout 300 "$BIN/.t/historytest" 1 300 "$model" 36
    done
}

# bats test_tags=thorough
@test "the judge agrees with a search of all orders, on many histories" {
    for model in register cas kv queue set; do
        for operations in 3 5 7; do
            timeout 900 "$BIN/.t/historytest" 7 30000 "$model" "$operations"
        done
        timeout 900 "$BIN/.t/historytest" 7 1500 "$model" 9
        timeout 900 "$BIN/.t/historytest" 7 3000 "$model" 36
    done
}

# --- Others' histories ---------------------------------------------------------------------------------

@test "Jepsen's histories of etcd have their verdicts" {
    [ -d "$SHARED/jepsen" ] || skip 'the histories are not here'
    while read -r file want; do
        status=0
        lincheck -q -m cas "$SHARED/jepsen/$file" || status=$?
        [ "$status$want" = 0yes ] || [ "$status$want" = 1no ] || { echo "$file: $status, not $want" && return 1; }
    done <"$SHARED/jepsen/verdicts.txt"
}

@test "porcupine's histories of strings have their verdicts" {
    [ -d "$SHARED/kv" ] || skip 'the histories are not here'
    for clients in 01 10 50; do
        expect 0 timeout 300 lincheck "$SHARED/kv/c$clients-ok.txt"
        expect 1 timeout 300 lincheck "$SHARED/kv/c$clients-bad.txt"
    done
}

@test "Jepsen's log" {
    printf 'INFO  jepsen.util - %s\n' $'4\t:invoke\t:read\tnil' $'4\t:ok\t:read\tnil' $'1\t:invoke\t:write\t3' $'1\t:info\t:write\t:timed-out' \
        $'0 :invoke :cas [3 4]' '0 :ok :cas [3 4]' '2 :invoke :read nil' '2 :fail :read :timed-out' ':nemesis :info :start nil' 'something else' >h
    judged 0 'linearizable: 4 operations, 1 object' -v <h
    says ': 4 operations; other lines: 2$'
    sed 's/:ok :cas/:fail :cas/' h | judged 0 linearizable
    sed '$d' h | cat - <(printf 'INFO  jepsen.util - %s\n' '6 :invoke :cas [4 5]' '6 :fail :cas [4 5]') |
        judged 1 'not linearizable: cas x 4 5 by 6'
    printf '%s\n' '6 :invoke :cas [4 5]' '6 :fail :cas :unavailable' | cat h - | judged 0 linearizable
    sed '2s/nil/9/' h | judged 1 'not linearizable: read x 9 by 4 (lines 1 to 2)'
}

@test "maps in EDN" {
    cat >h <<'END'
[{:process 0, :type :invoke, :f :write, :value [7 3], :time 100, :index 0}
 {:process :nemesis, :type :info, :f :start, :value {:a [1 #{2}]}, :time 110}
 {:process 1, :type :invoke, :f :cas, :value [7 [3 4]], :time 120, :index 2}
#jepsen.history.Op{:process 0, :type :ok, :f :write, :value [7 3], :time 130}
 {:process 1, :type :fail, :f :cas, :value [7 [3 4]], :error [:precondition-failed "no \"4\""], :time 140}
 {:process 0, :type :invoke, :f :read, :value [7 nil], :time 150} {:process 0, :type :ok, :f :read, :value [7 3], :time 160}]
END
    judged 0 'linearizable: 3 operations, 1 object' -o <h
    grep -q $'\t0\tread 7 3$' "$out"
    sed 's/\[7 3\], :time 160/[7 4], :time 160/' h | judged 1 'not linearizable: read 7 4'
    printf '%s\n' '{:process 0 :type :invoke :f :append :key "k" :value "a b"}' '{:process 0 :type :ok :f :append :key "k" :value "a b"}' \
        '{:process 0 :type :invoke :f :get :key "k" :value nil}' '{:process 0 :type :ok :f :get :key "k" :value "a"}' |
        judged 1 'not linearizable: get k a by 0 (lines 3 to 4) fits nowhere; after the 1 operation that can be ordered, k is "a b"'
    printf '%s\n' '{:process 0 :type :invoke :f :add :value 1}' '{:process 0 :type :ok :f :add :value 1}' \
        '{:process 0 :type :invoke :f :read :value nil}' '{:process 0 :type :ok :f :read :value #{1}}' \
        '{:process 0 :type :invoke :f :read :value nil}' '{:process 0 :type :ok :f :read :value [1 2]}' |
        judged 1 'not linearizable: read x 1 2 by 0'
}

@test "a failed cas in EDN that says why has compared only if it says so" {
    for error in :precondition-failed :key-does-not-exist; do
        printf '%s\n' '{:process 0 :type :invoke :f :cas :value [nil 1]}' "{:process 0 :type :fail :f :cas :value [nil 1] :error [$error \"x\"]}" |
            judged 1 'not linearizable: cas x nil 1 by 0'
    done
    printf '%s\n' '{:process 0 :type :invoke :f :cas :value [nil 1]}' '{:process 0 :type :fail :f :cas :value [nil 1] :error :not-leader}' |
        judged 0 linearizable
}

@test "a trace: times, and lines that are none of a history" {
    printf '%s\n' '# netsim -s 7' '0 start n1' '3 invoke c1 write x 1' '4 send n1 n2 1 vote :ok 3' '' '5 event n1 leader 1' '9 ok c1 write x 1' 'result held' >h
    judged 0 'linearizable: 1 operation, 1 object' -v <h
    says 'stdin: 1 operation; other lines: 6$'
    says 'stdin: 1 step, '
}

# --- Broken lines --------------------------------------------------------------------------------------

@test "what is broken is named, with its line" {
    broken 'invoke: PROCESS or OP is missing' 'invoke'
    broken 'invoke: PROCESS or OP is missing' 'invoke p'
    broken "'wrote' is not an operation" 'invoke p wrote x 1'
    broken 'key: not a word of 1 to 64' 'invoke p write'
    broken 'key: not a word of 1 to 64' "invoke p write $(printf %065d 0) 1"
    broken 'process: not a word of 1 to 64' "invoke $(printf %065d 0) write x 1"
    broken 'write: 0 values, expected 1' 'invoke p write x'
    broken 'read: 1 values, expected 0' 'invoke p read x nil'
    broken 'process p: no operation was invoked' 'ok p read x 1'
    broken 'process p: its operation of line 1 has not ended' 'invoke p write x 1' 'invoke p write x 2'
    broken "the operation of this process is 'write x', invoked in line 1" 'invoke p write x 1' 'ok p write y 1'
    broken "the operation of this process is 'write x', invoked in line 1" 'invoke p write x 1' 'info p read'
    broken 'write: other arguments than in line 1' 'invoke p write x 1' 'ok p write x 2'
    broken 'read: 0 results, expected 1' 'invoke p cas x 1 2' 'ok p cas x 1 2' 'invoke p read x' 'ok p read x'
    broken 'contains: neither true nor false' 'invoke p contains x 1' 'ok p contains x 1 yes'
    broken "'get' is not an operation of the model register" 'invoke p write x 1' 'invoke q get x'
    broken 'time: before that of an earlier line' '7 invoke p write x 1' '6 ok p write x 1'
    broken 'string: no closing quote' 'invoke p write x "1'
    broken 'string: unknown escape' 'invoke p write x "\q"'
    broken 'string: unknown escape' 'invoke p write x "\x4"'
    broken 'string: a byte that is not printable ASCII' $'invoke p write x "\e[2J"'
    broken 'a byte that is not printable ASCII' $'invoke p write x \e[2J'
    broken 'longer than 65535 bytes' "invoke p write x $(head -c 65536 /dev/zero | tr '\0' 1)"
    broken 'EDN: no closing' '{:process 0 :type :invoke'
    broken 'EDN: a value does not end' '{:process 0 :type :invoke :f :write :value [1'
    broken 'EDN: an operation needs' '{:process 0 :type :invoke}'
    broken 'EDN: :type is not one of' '{:process 0 :type :begin :f :read}'
    broken 'EDN: :f is not' '{:process 0 :type :invoke :f :txn}'
    broken "EDN: a map's key" '{0 1}'
    broken 'EDN: more vectors' '{:process 0 :type :invoke :f :cas :value [1 [2 [3]]]}'
    broken 'EDN: tags' '{:process 0 :type :invoke :f :cas :value [1 #x 2]}'
    broken 'EDN: no value' '{:process 0 :type :invoke :f :read :value }'
    broken "':txn' is not an operation" '0 :invoke :txn nil'
}

@test "deep and long EDN does no harm" {
    printf '{:process 0 :type :info :error %s' "$(head -c 60000 /dev/zero | tr '\0' '[')" >h
    expect 2 lincheck h
    says ':1: EDN: a value does not end'
}

@test "strings come out as they went in" {
    printf '%s\n' 'invoke p write x "a b\"\\\x07\x80\n\t\r"' 'ok p write x' 'invoke p write x "nil"' 'ok p write x' 'invoke p write x "a"' >h
    judged 0 linearizable -o <h
    cut -f 4 "$out" | tail -n +2 | diff - <(printf '%s\n' 'write x "a b\"\\\x07\x80\n\t\r"' 'write x "nil"')
    printf '%s\n' 'invoke p read x' 'ok p read x "nil"' | judged 1 'not linearizable: read x "nil"'
    printf '%s\n' 'invoke p write x 3' 'ok p write x "3"' | judged 0 linearizable
}

# --- Pictures ------------------------------------------------------------------------------------------

# drawn STATUS: draws h into the file svg, which must be sound and plain.
drawn() {
    expect "$1" timeout 300 lincheck -q -p svg h
    [ ! -s "$out" ]
    ! LC_ALL=C grep -q '[^ -~]' svg || { echo 'bytes that are not printable' && return 1; }
    ! grep -Eq '[^a-z]nan|[^a-z]inf[^o]' svg || { echo 'numbers that are none' && return 1; }
    [ "$(tail -n 1 svg)" = '</svg>' ]
    if command -v xmllint >/dev/null; then xmllint --noout --nonet svg; elif command -v python3 >/dev/null; then
        python3 -c 'import xml.dom.minidom; xml.dom.minidom.parse("svg")'
    fi
}

@test "a picture has a bar for each operation, a dot for each that is ordered, and marks what fits nowhere" {
    printf '%s\n' 'invoke c1 write x 1' 'ok c1 write x 1' 'invoke c2 write x 2' 'invoke c3 read x' 'ok c3 read x 2' 'invoke c4 cas x 7 8' \
        'fail c4 cas x' 'invoke c5 write x 9' 'invoke c4 read x' 'ok c4 read x 1' 'ok c2 write x 2' >h
    drawn 1
    [ "$(grep -o 'rect class="[a-z]*"' svg | sort | uniq -c | xargs)" = '1 rect class=bad 3 rect class=bar 1 rect class=no 1 rect class=open 1 rect class=paper' ]
    [ "$(grep -c '<circle' svg)" = 4 ]
    grep -q '>fits nowhere</text>' svg
    grep -q '>read 1</text>' svg
    sed 's/read x 1$/read x 2/' h >good && mv good h
    drawn 0
    ! grep -q 'class="bad"' svg || return 1
    [ "$(grep -c '<circle' svg)" = 5 ]
    # dots go from left to right, each in its bar
    grep -o 'cx="[0-9.]*"' svg | tr -dc '0-9.\n' | sort -nc
}

@test "a picture of many operations shows the last ones; names and values are escaped" {
    for i in {1..200}; do
        twice "c\"<&>$((i % 3)) write k<&$((i % 2)) \"v<&>$i\""
    done >h
    drawn 0
    grep -q 'the last 60 events' svg
    [ "$(grep -c 'rect class="bar"' svg)" = 30 ]
    hard >h
    expect 3 lincheck -q -n 9 -p svg h
    grep -q '>hard (cas): unknown</text>' svg
}

@test "a picture that cannot be written" {
    twice 'a write x 1' >h
    expect 2 lincheck -p missing/svg h
    says '^lincheck: missing/svg: No such file'
    expect 2 lincheck -p . h
    says '^lincheck: \.: Is a directory'
}

@test "a picture into a FIFO or a device: it is written there, and not replaced" {
    twice 'a write x 1' >h
    mkfifo pipe
    cat pipe >svg &
    expect 0 lincheck -p pipe h
    wait $!
    [ -p pipe ]
    grep -q '</svg>' svg
    [ -e /dev/full ] || skip 'no /dev/full'
    mkdir own && cp -a /dev/full own/full 2>/dev/null && [ -c own/full ] || skip 'no device may be made here'
    expect 2 lincheck -p own/full h
    says '^lincheck: own/full: No space left'
    [ -c own/full ]
}

# --- The program ---------------------------------------------------------------------------------------

@test "options, statuses and a full disk" {
    twice 'a write x 1' >h
    expect 2 lincheck </dev/null
    says '^lincheck: stdin: no operation$'
    expect 2 lincheck missing
    says '^lincheck: missing: No such file'
    expect 2 lincheck .
    expect 2 lincheck h h
    says '^usage: lincheck '
    expect 2 lincheck -m stack h
    says "^lincheck: -m: 'stack'"
    expect 2 lincheck -m queue h
    says "^lincheck: h:1: 'write' is not an operation of the model queue$"
    expect 0 lincheck -q h
    [ ! -s "$out" ]
    expect 0 lincheck - <h
    expect 0 lincheck --model cas --order --timeout 5 --steps 100 --memory 9 h
    diff "$out" <(printf '%s\n' 'linearizable: 1 operation, 1 object' $'1\t1-2\ta\twrite x 1')
    expect 2 sh -c 'lincheck h >/dev/full'
    says '^lincheck: stdout: No space left on device$'
}

@test "the same history gives the same answer, also where bounds end the search" {
    hard >h
    for bound in 1 1000 50000; do
        expect 3 lincheck -v -n $bound h
        cp "$err" first
        expect 3 lincheck -v -n $bound h
        diff first "$err"
    done
}
