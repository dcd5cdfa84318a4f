#!/usr/bin/awk -f
# Sends every message back to who sent it. A proposal goes to everyone, and comes back as an event.

function body(    i) {        # the lines that follow, whose number is the last word
    text = ""
    for (i = $NF; i > 0; i--) {
        getline line
        text = text line "\n"
    }
}

$1 == "init" { me = $2 }
$1 == "restart" { body() }
$1 == "propose" { count = $3; body(); printf "send * %d\n%s", count, text }
$1 == "message" && $2 != me {
    from = $2; count = $3; body()
    if (text ~ /^back /)
        printf "event %s from %s", substr(text, 6, length(text) - 6), from "\n"
    else
        printf "send %s %d\nback %s", from, count, text
}
$1 == "step" { print "done"; fflush() }
