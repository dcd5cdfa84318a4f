# Reads a lesson: checks every line, and writes it as steps to STEPS, with each command, question, answer and hint in
# a file of its own, FOLDER/NUMBER.KIND. Prints the first fault as FILE:LINE: RULE, with status 1.
#
# A step is a line: text WORDS, note WORDS, next WORDS, command NUMBER STATUS, or question NUMBER.

function fault(rule) {
    if (!broken)
        printf "%s:%d: %s\n", NAME, NR, rule
    broken = 1
    exit 1
}

function put(kind, words) {
    print words >(FOLDER "/" number "." kind)
}

# A step is written when the next begins, because its status or hint may follow.
function finish() {
    if (open == "?")
        fault("a question without its answer: `= command' must follow it")
    if (open == "$")
        print "command " number " " status >STEPS
    if (open == "=" || open == "!")
        print "question " number >STEPS
    open = ""
}

function rest() { return substr($0, 3) }

function header(key, value) {
    if (key !~ /^(title|minutes|order|needs|seconds)$/)
        fault("no header `" key "': there are title, minutes, order, needs and seconds")
    if (key in headers)
        fault("`" key "' is there twice")
    if (value == "")
        fault("`" key "' is empty")
    if (key != "title" && key != "needs" && value !~ /^[1-9][0-9]?[0-9]?$/)
        fault("`" key "' is no number from 1 to 999")
    headers[key] = value
    print value >(FOLDER "/" key)
}

BEGIN {
    FOLDER = ENVIRON["FOLDER"]
    NAME = ENVIRON["NAME"]
    STEPS = FOLDER "/steps"
    printf "" >STEPS
    inside = 1
}

length($0) > 2000 { fault("longer than 2000 bytes") }
NR > 5000 { fault("more than 5000 lines") }
{
    plain = $0
    gsub(/\t/, " ", plain)
    if (plain ~ /[[:cntrl:]]/)
        fault("a control character")
}
inside && /^[a-z]+: / {
    cut = index($0, ": ")
    header(substr($0, 1, cut - 1), substr($0, cut + 2))
    next
}
inside && $0 != "" { fault("the first lines are `key: value', and an empty line ends them") }
inside {
    if (!("title" in headers))
        fault("a `title: ' must be among the first lines")
    inside = 0
    next
}
/^# / || $0 == "#" { next }
/^\$ / {
    finish()
    number++
    status = 0
    open = "$"
    commands++
    put("command", rest())
    next
}
/^> / {
    if (open != "$" && open != "=")
        fault("`>' continues a command, and none is before it")
    put(open == "$" ? "command" : "answer", rest())
    next
}
/^\[[0-9]+\]$/ {
    if (open != "$")
        fault("a status without a command before it")
    status = substr($0, 2, length($0) - 2) + 0
    if (status > 255)
        fault("no status is above 255")
    finish()
    next
}
/^\? / {
    if (open != "?") {
        finish()
        number++
        open = "?"
    }
    put("question", rest())
    next
}
/^= / {
    if (open != "?")
        fault("an answer without its question: `? words' must be before it")
    open = "="
    put("answer", rest())
    next
}
/^! / {
    if (open != "=" && open != "!")
        fault("a hint without its question and answer before it")
    open = "!"
    put("hint", rest())
    next
}
/^@ / { finish(); print "note " rest() >STEPS; next }
/^\* / { finish(); print "next " rest() >STEPS; next }
/^[$>?=!@*]/ { fault("after `" substr($0, 1, 1) "' at the beginning of a line goes a space") }
{ finish(); print "text " $0 >STEPS }
END {
    if (broken)
        exit 1
    if (inside)
        fault("nothing follows the first lines")
    finish()
    if (broken)
        exit 1
    if (!commands)
        fault("a lesson has at least one command: `$ command'")
}
