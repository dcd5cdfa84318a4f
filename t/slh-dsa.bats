load lib/common

# SLH-DSA-SHA2-128s: our own code against the cases of others, and against itself kernel by kernel.

slhtest() {
    timeout 300 "$BIN/.t/slhtest" "$@"
}

vectors() { # FILE
    file=$ROOT/../shared/vectors/slh-dsa/$1
    [ -e "$file" ] || skip 'no ../shared/vectors/slh-dsa'
}

@test "the shared cases: the signature holds, and with one bit of it or of the message changed it does not" {
    vectors sha2-128.txt
    sed -n 's/^128s //p' "$file" >cases
    [ "$(wc -l <cases)" -ge 3 ]
    slhtest ask 2 <cases >answers
    sed 's/.* //; s/true/yes/; s/false/no/' cases | diff - answers
}

@test "the case of the SPHINCS+ reference, which has nothing before the message, and is of no other context" {
    vectors sphincs-reference-kat-sha2-128s.txt
    grep -v '^#' "$file" >cases
    [ "$(slhtest ask 0 <cases)" = yes ]
    [ "$(slhtest ask 2 <cases)" = no ]
}
