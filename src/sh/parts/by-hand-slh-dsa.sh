# Signatures of SLH-DSA.
# shellcheck shell=sh

# SLH-DSA-SHA2-128s (FIPS 205) needs nothing but hashes. Each of its values is the first 16 bytes, 32 hex digits, of a SHA-256 over
#
#     the key's seed (16 bytes), 48 bytes 0, an address (22 bytes), and one or more other values
#
# and the address, which is LAYER (1 byte), TREE (8), KIND (1) and three numbers of 4 bytes, says for which place in which
# tree the hash is made. In hex, that is $start LAYER TREE KIND and so on. A signature has about 2,200 such hashes, and those
# that do not depend on each other are computed by one run of sha256sum.

# Hashes each line of the file 'messages', capital hex digits of so many bytes; 'hashes' gets a line for each. (More lines may
# follow, of pieces that could not be removed: nobody reads those.)
hash_all() { # BYTES
    [ -s messages ] || { : >hashes; return; }
    # shellcheck disable=SC2035 # the file names are ours
    basenc --base16 -d messages >bytes
    split -a 3 -b "$1" bytes piece.
    (set +f; sha256sum piece.* >hashes && { rm piece.* || :; })
}

# Sets $value, the first 16 bytes of the hash of these hex digits.
hash_one() { # HEX BYTES
    printf '%s\n' "$1" | tr a-f A-F >messages
    hash_all "$2"
    read -r value file <hashes
    value=$(printf %s "$value" | cut -c 1-32)
}

# Climbs from leaves to the roots of their trees. The file 'hashes' has the leaves, 'paths' for each of them FIRST, which is the
# number of its tree's first leaf, INDEX, its own number in the tree, and the siblings on its path. Of two siblings the one
# with the even number is on the left. Replaces 'hashes' by the roots.
climb() { # HEIGHT PREFIX
    up=1 span=1                             # so many leaves are under a node below
    while [ "$up" -le "$1" ]; do
        # shellcheck disable=SC2016 # these are fields of awk
        awk -v up="$up" -v span="$span" -v prefix="$2" '
            FILENAME == "hashes" { node[FNR] = substr($1, 1, 32); next }
            {
                odd = int($2 / span) % 2
                pair = odd ? $(up + 2) node[FNR] : node[FNR] $(up + 2)
                print toupper(prefix sprintf("%08x%08x", up, int(($1 + $2) / (2 * span))) pair)
            }' hashes paths >messages
        hash_all 118
        up=$((up + 1)) span=$((2 * span))
    done
}

# FORS, which signs the message's digest: 14 trees of 4,096 leaves. Three digits of the digest are the number of a leaf, whose
# secret the signature shows, with the path to its root. Sets $value, the hash of the 14 roots.
check_fors() { # DIGEST
    : >hashes
    : >paths
    # shellcheck disable=SC2016 # these are fields of awk
    awk -v digest="$1" -v prefix="${start}00${tree_hex}03$leaf_hex" '
        NR == 1 || NR > 183 { next }
        (NR - 2) % 13 == 0 {
            tree = (NR - 2) / 13
            number = 0
            for (i = 1; i <= 3; i++)
                number = 16 * number + index("0123456789abcdef", substr(digest, 3 * tree + i, 1)) - 1
            print toupper(prefix sprintf("%08x%08x", 0, 4096 * tree + number) $1) >"messages"
            printf "%s%d %d", (tree ? "\n" : ""), 4096 * tree, number >"paths"
            next
        }
        { printf " %s", $1 >"paths" }
        END { print "" >"paths" }' pieces
    hash_all 102
    climb 12 "${start}00${tree_hex}03$leaf_hex"
    # shellcheck disable=SC2016 # these are fields of awk
    roots=$(awk 'NR <= 14 { printf "%s", substr($1, 1, 32) }' hashes)
    hash_one "${start}00${tree_hex}04${leaf_hex}0000000000000000$roots" 310
}

# WOTS+, which signs $value: its 32 digits, and three for the sum of what each lacks to 15. For each digit there is a chain of 15
# hashes; the signature has the value at the digit's place in it, and the reader goes on to the end. (Who wants to raise one
# digit must lower another, and nobody can go back.) Sets $value, the hash of the 35 ends.
check_wots() { # LAYER
    layer_hex=0$1
    # shellcheck disable=SC2016 # these are fields of awk
    awk -v value="$value" -v first=$((184 + 44 * $1)) '
        BEGIN {
            for (i = 1; i <= 32; i++)
                lacks += 16 - index("0123456789abcdef", substr(value, i, 1))
            value = value sprintf("%03x", lacks)
        }
        NR >= first && NR < first + 35 {
            print index("0123456789abcdef", substr(value, NR - first + 1, 1)) - 1, $1
        }' pieces >chains
    step=0
    while [ "$step" -le 15 ]; do
        # shellcheck disable=SC2016 # these are fields of awk
        awk -v step="$step" -v prefix="$start$layer_hex${tree_hex}00$leaf_hex" '
            FILENAME == "hashes" { hash[FNR] = substr($1, 1, 32); next }
            {
                if ($1 < step)
                    $2 = hash[++hashed]
                print >"chains.next"
                if ($1 <= step && step < 15)
                    print toupper(prefix sprintf("%08x%08x", FNR - 1, step) $2)
            }' hashes chains >messages
        mv chains.next chains
        hash_all 102
        step=$((step + 1))
    done
    # shellcheck disable=SC2016 # these are fields of awk
    ends=$(awk '{ printf "%s", $2 }' chains)
    hash_one "$start$layer_hex${tree_hex}01${leaf_hex}0000000000000000$ends" 646
}

# The key of that is a leaf of a tree of 512, whose root is $value.
check_tree() { # LAYER
    printf '%s\n' "$value" >hashes
    # shellcheck disable=SC2016 # these are fields of awk
    awk -v first=$((219 + 44 * $1)) -v leaf="$leaf" '
        BEGIN { printf "0 %d", leaf }
        NR >= first && NR < first + 9 { printf " %s", $1 }
        END { print "" }' pieces >paths
    climb 9 "${start}0$1${tree_hex}0200000000"
    read -r value file <hashes
    value=$(printf %s "$value" | cut -c 1-32)
}

# Follows the signature: the digest says which tree and leaf of the lowest of seven layers sign the message; each root is signed
# by a leaf of the layer above. Sets $value to the last root and $key_root to the second half of the key: the signature holds
# if they are the same. (This is not a question, `if slh_dsa ...`: there a command that fails would not end the script.)
find_slh_dsa_root() { # KEY MESSAGE SIGNATURE
    key_seed=$(printf %s "$1" | cut -c 2-33)
    key_root=$(printf %s "$1" | cut -c 34-65)
    start=$key_seed$(printf %096d 0)
    printf '%s\n' "$3" | fold -w 32 >pieces
    read -r randomizer <pieces
    { bytes "$randomizer$key_seed${key_root}0000" && printf %s "$2"; } >message
    digest=$(sha256sum message)
    bytes "$randomizer$key_seed${digest%% *}00000000" >message
    digest=$(sha256sum message)
    tree=$(printf %s "$digest" | cut -c 43-56)
    leaf=$(printf %s "$digest" | cut -c 57-60)
    tree=$((0x$tree & 0x3fffffffffffff))
    leaf=$((0x$leaf & 511))
    tree_hex=$(printf %016x "$tree")
    leaf_hex=$(printf %08x "$leaf")
    check_fors "$digest"
    layer=0
    while [ "$layer" -lt 7 ]; do
        check_wots "$layer"
        check_tree "$layer"
        leaf=$((tree & 511))
        tree=$((tree >> 9))
        tree_hex=$(printf %016x "$tree")
        leaf_hex=$(printf %08x "$leaf")
        layer=$((layer + 1))
    done
}
