# Final blocks: by votes, or by attest lines.
# shellcheck shell=sh

# The books of block X have, in 'block.X', the highest final block among its ancestors, by bodies up to its own, and the
# final block before that one; and with `rule finality`, in 'justified.X' the checkpoints that bodies have justified, and in
# 'attests.X' what has been attested about the last one: lines SIGNER TARGETHEIGHT SOURCE.

# ID is final from this block on.
make_final() { # ID
    before=$final final=$1
    show "  block $1 is final"
}

# At the head of the body are attest lines, ascending. Each is for the last checkpoint before this block, from one that
# earlier bodies have justified.
check_attests() {
    cp "justified.$prev" justified
    cp "attests.$prev" attests
    last=''
    while read -r record; do
        case $record in
        'attest '*) ;;
        *) break ;;
        esac
        at=$((at + 1)) judged=$((judged + 1))
        is_after "$last" "$record" || fault 'attest: the lines do not ascend'
        last=$record
        check_signed "$record"
        check_attest
    done <body
}

# A height that is a multiple of 'finality' is a checkpoint. (A member can attest each once: its lines on a chain are for
# higher and higher targets, as each is for the last one.)
check_attest() {
    { [ $((source_height % finality)) -eq 0 ] && [ $((target_height % finality)) -eq 0 ]; } ||
        fault 'attest: source or target is no checkpoint'
    [ "$source_height" -lt "$target_height" ] || fault 'attest: target is not after source'
    [ "$target_height" -eq $(((height - 1) / finality * finality)) ] ||
        fault 'attest: target is not the last checkpoint before this block'
    find_ancestor "$source_height"
    [ "$ancestor" = "$source" ] || fault 'attest: source is no ancestor'
    find_ancestor "$target_height"
    [ "$ancestor" = "$target_id" ] || fault 'attest: target is no ancestor'
    is_line "$source" "justified.$prev" || fault 'attest: source has not been justified by bodies before'
    read -r skipped skipped skipped skipped skipped skipped set_one set_two <"block.$target_id"
    is_in "members.$set_one" "$signer" || is_in "members.$set_two" "$signer" || fault 'attest: is not by a member'
    ask awk -v key="$signer" -v height="$target_height" 'index($0, key " " height " ") == 1 { exit 1 }' attests ||
        fault 'attest: the key has attested this height before'
    printf '%s\n' "$signer $target_height $source" >>attests
    count_attests
}

is_line() { # LINE FILE
    while read -r kept; do
        [ "$kept" != "$1" ] || return 0
    done <"$2"
    return 1
}

# Two sets count: the members after the highest block that was final at the target, and those after the final one before it. If
# more than two thirds of each have attested the target from one source, it is justified; and if the source is the
# checkpoint right before it, the source is final.
count_attests() {
    # shellcheck disable=SC2016 # these are fields of awk
    awk -v rest=" $target_height $source" 'substr($0, 65) == rest { print $1 }' attests >signers
    signers_here=$(paste -s -d ' ' - <signers)
    weigh "members.$set_two" "$signers_here"
    show "  attests of $agreed of $total of the earlier set from $source to $target_id"
    is_over_two_thirds || return 0
    weigh "members.$set_one" "$signers_here"
    show "  attests of $agreed of $total of the later set"
    is_over_two_thirds || return 0
    printf '%s\n' "$target_id" >>justified
    read -r final_height skipped <"block.$final"
    [ "$target_height" -ne $((source_height + finality)) ] || [ "$final_height" -ge "$source_height" ] || make_final "$source"
}

# The lines about the last checkpoint are kept: later ones are for later checkpoints.
keep_attests() {
    sort -u justified >"justified.$id"
    # shellcheck disable=SC2016 # these are fields of awk
    awk -v least=$((height / finality * finality)) '$2 >= least' attests >"attests.$id"
}

# The highest final block of the ledger, $final_of_all. Of two that exclude each other, the one that was made final first in
# the ledger counts.
settle_final() {
    [ "$final" != "$parent_final" ] || return 0
    read -r final_height skipped <"block.$final"
    read -r all_height skipped <"block.$final_of_all"
    prev=$id
    find_ancestor "$all_height"
    if [ "$ancestor" = "$final_of_all" ] && [ "$final_height" -ge "$all_height" ]; then
        final_of_all=$final
        return
    fi
    prev=$final_of_all
    find_ancestor "$final_height"
    [ "$ancestor" = "$final" ] ||
        printf '%s\n' "$name: two final blocks exclude each other: $all_height $final_of_all and $final_height $final" >&2
}

# The best tip has the most weight of those that descend from $final_of_all; of several, it is the first in the ledger.
# The file 'blocks' has ID PREV HEIGHT WEIGHT SUPPLY of each; a weight has no leading zeros, so a longer one is more.
find_best() {
    # shellcheck disable=SC2016 # these are fields of awk
    awk -v final="$final_of_all" '
        $1 == final || ($2 in below) {
            below[$1]
            more = length($4) - length(most)
            if (best == "" || more > 0 || (more == 0 && $4 "" > most "")) { most = $4; best = $3 " " $1; supply = $5 }
        }
        END { print best, supply }' blocks >best
    read -r best_height best_id best_supply <best
}
