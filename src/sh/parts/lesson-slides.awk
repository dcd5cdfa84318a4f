# Reads what a lesson showed, and writes it as slides: FOLDER/NAME-1.svg, FOLDER/NAME-2.svg ...; prints their names.
#
# A command stays with the text before it and the output after it, if they fit a slide.

function escape(s) {
    gsub(/&/, "\\&amp;", s)
    gsub(/</, "\\&lt;", s)
    gsub(/>/, "\\&gt;", s)
    gsub(/"/, "\\&quot;", s)
    return s
}

function class(s) {
    if (s ~ /^[$>] /) return "c"
    if (s ~ /^= /) return "a"
    if (s ~ /^    /) return "o"
    if (s ~ /^\* /) return "n"
    return "t"
}

# A line wider than a slide goes on in the next, of the same class.
function add_line(s,    of) {
    of = class(s)
    do {
        unit[++units] = substr(s, 1, COLUMNS)
        unit_class[units] = of
        s = substr(s, COLUMNS + 1)
    } while (s != "")
    if (of ~ /[cano]/)
        complete = 1
}

# What belongs together goes to the slide, or to the next if it does not fit.
function flush_unit(    i) {
    while (units && unit[units] == "")
        units--
    if (units && rows && rows + 1 + units > ROWS)
        rows = 0
    if (units && !rows)
        slides++
    else if (units)
        put("", "t")
    for (i = 1; i <= units; i++) {
        if (rows >= ROWS) {
            slides++
            rows = 0
        }
        put(unit[i], unit_class[i])
    }
    units = complete = 0
}

function put(s, of) {
    line[slides, ++rows] = s
    line_class[slides, rows] = of
    count[slides] = rows
}

function draw(n,    file, i) {
    file = FOLDER "/" NAME "-" n ".svg"
    print "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1280 720\" role=\"img\" aria-label=\"" escape(title) ", " n "\">" >file
    print "<style>svg{background:#fff}text{font:17px monospace;white-space:pre;fill:#1f2328}.h{font:600 24px sans-serif}.p{font:16px sans-serif;fill:#57606a}" >file
    print ".t,.n{font-family:sans-serif;font-size:18px}.c{fill:#0550ae;font-weight:700}.a{fill:#116329;font-weight:700}.o{fill:#424a53}" >file
    print "@media(prefers-color-scheme:dark){svg{background:#15171b}text{fill:#eceef1}.c{fill:#79c0ff}.a{fill:#7ee787}.o,.p{fill:#b4b9c1}}</style>" >file
    print "<text class=\"h\" x=\"60\" y=\"52\">" escape(title) "</text>" >file
    print "<text class=\"p\" x=\"1220\" y=\"52\" text-anchor=\"end\">" n " / " slides "</text>" >file
    for (i = 1; i <= count[n]; i++)
        if (line[n, i] != "")
            print "<text class=\"" line_class[n, i] "\" x=\"60\" y=\"" 84 + 24 * i "\" xml:space=\"preserve\">" escape(line[n, i]) "</text>" >file
    print "</svg>" >file
    close(file)
    print NAME "-" n ".svg"
}

BEGIN {
    FOLDER = ENVIRON["FOLDER"]
    NAME = ENVIRON["NAME"]
    COLUMNS = 112
    ROWS = 25
}
NR == 1 { title = $0; next }
$0 == "" && complete { flush_unit(); next }
class($0) == "c" && complete && last_class != "c" { flush_unit() }
{
    if ($0 != "" || units)
        add_line($0)
    last_class = class($0)
}
END {
    flush_unit()
    for (i = 1; i <= slides; i++)
        draw(i)
}
