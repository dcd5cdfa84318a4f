# The teacher's screen of a class: everyone's tip and coins, in as many columns as it takes. Reads lines `key ACCOUNT NAME',
# `has ACCOUNT COINS', headers of the last blocks, and what node-status says of the teacher's node. lines, width: what there
# is; now: in Unix seconds.

$1 == "key" { name[$2] = $3; if ($3 == "teacher") teacher = $2 }
$1 == "has" { coins[$2] = $3 }
$1 == "account" { own = $2 }
$1 == "height" { top = $2 + 0 }
$1 == "tip" { tip = $2 }
$1 == "age" { age = $2 }
$1 == "peer" && $2 != "-" && $2 != own && $9 ~ /l/ {
    here[$2] = 1
    if ($10 ~ /^[0-9]+$/ && (!($2 in height) || $10 + 0 > height[$2])) {
        height[$2] = $10 + 0
        at[$2] = $11
    }
}
$1 == "refused" && $5 !~ /^peer%3A/ && now - $2 < 60 { refused = $5; by = $3 }
$1 == "block" {
    on_chain[$3] = 1
    if (lowest == "") lowest = $2 - 1
}

function label(account) {
    return account in name ? name[account] : substr(account, 1, 14) ".."
}

# Hashes of blocks begin alike, with zeros.
function short(id) {
    return substr(id, length(id) - 7)
}

# A tip that the teacher's chain has left behind: on a branch, or on a chain of its own.
function is_aside(account) {
    return height[account] <= top && height[account] >= lowest && !(at[account] in on_chain)
}

function row(account) {
    if (account == teacher) return sprintf("%-16.16s%5d %s %7s", "teacher", top, short(tip), coins[account])
    if (!(account in here)) return sprintf("%-16.16s%5s %-8s %7s", label(account), "-", "away", coins[account])
    if (!(account in height)) return sprintf("%-16.16s%5s %-8s %7s", label(account), "-", "silent", coins[account])
    return sprintf("%-16.16s%5d %s%s%7s", label(account), height[account], short(at[account]), is_aside(account) ? "*" : " ", coins[account])
}

# Those of the class, by name, the teacher first.
function order(    account, i) {
    for (account in name) who[++n] = account
    for (account in here) if (!(account in name)) who[++n] = account
    for (i = 2; i <= n; i++) {
        account = who[i]
        for (j = i - 1; j > 0 && rank(who[j]) > rank(account); j--) who[j + 1] = who[j]
        who[j + 1] = account
    }
}

function rank(account) {
    return (account == teacher ? " " : account in name ? "" : "~") label(account)
}

function decoded(text,    i, out, code) {
    while ((i = match(text, /%[0-9A-F][0-9A-F]/)) > 0) {
        code = (index("0123456789ABCDEF", substr(text, i + 1, 1)) - 1) * 16 + index("0123456789ABCDEF", substr(text, i + 2, 1)) - 1
        out = out substr(text, 1, i - 1) (code < 32 || code > 126 ? "?" : sprintf("%c", code))
        text = substr(text, i + 3)
    }
    return out text
}

function last_refusal(    account) {
    refused = decoded(refused)
    for (account in name) gsub(account, name[account], refused)
    return substr("Refused, by " label(by) ": " refused, 1, width)
}

END {
    on_chain[tip] = 1
    order()
    for (account in here) {
        students++
        if (account in height && is_aside(account)) aside++
    }
    print "Block " top ", " age " s old. " (students ? "Students here: " students "." : "No student is here yet.")
    columns = int((n + lines - 4) / (lines - 3))
    if (columns > int((width + 2) / 40)) columns = int((width + 2) / 40)
    if (columns < 1) columns = 1
    deep = int((n + columns - 1) / columns)
    if (deep > lines - 3) deep = lines - 3
    for (c = 0; c < columns; c++) line = line (c ? "  " : "") "NAME            BLOCK ITS HASH   COINS"
    print line
    for (i = 1; i <= deep; i++) {
        line = ""
        for (c = 0; c < columns && c * deep + i <= n; c++) line = line (c ? "  " : "") row(who[c * deep + i])
        print line
    }
    if (columns * deep < n) print "and " n - columns * deep " more"
    if (aside) print "* not on the teacher's chain"
    if (refused != "") print last_refusal()
}
