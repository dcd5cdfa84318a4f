    # Shared by ledger-plot and gossip-plot: numbers and text for people, and the frame of a picture. This text is
    # included in single quotes in shell scripts, so it must not contain one. It must work in every awk: no powers, no
    # logarithms, no interval expressions, and parentheses around comparisons among the arguments of print.

    function say(text) {
        print text | "cat >&2"
        close("cat >&2")
    }

    function stop(code, text) {
        if (text != "")
            say(text)
        stopped = code
        exit code
    }

    # --- Numbers ---

    function is_hash(s) { return length(s) == 64 && s !~ /[^0-9a-f]/ }

    function power(x, n,    p) {
        for (p = 1; n > 0; n--)
            p *= x
        return p
    }

    # The natural logarithm of x, which is halved or doubled until it is near 1; then 2 artanh y.
    function ln(x,    halvings, y, s) {
        for (; x > 1.5; halvings++)
            x /= 2
        for (; x < 0.75; halvings--)
            x *= 2
        y = (x - 1) / (x + 1)
        s = y * y
        return halvings * 0.693147180559945 + 2 * y * (1 + s * (1 / 3 + s * (1 / 5 + s * (1 / 7 + s / 9))))
    }

    # The largest of 1, 2, 5, 10, 20, 50 ... that does not exceed x, which is at least 1; after_125 gives the next one.
    function floor_125(x,    p) {
        for (p = 1; p * 10 <= x; p *= 10)
            ;
        return p * (x >= 5 * p ? 5 : x >= 2 * p ? 2 : 1)
    }

    function after_125(p) { return p * (substr(p "", 1, 1) == "2" ? 2.5 : 2) }

    # The smallest of ... 0.1, 0.2, 0.5, 1, 2, 5 ... that is at least x.
    function ceiling_125(x,    p) {
        if (x <= 0)
            return 1
        for (p = 1; p < x; p *= 10)
            ;
        for (; p / 10 >= x; p /= 10)
            ;
        return p / 5 >= x ? p / 5 : p / 2 >= x ? p / 2 : p
    }

    # --- Text ---

    function commas(n,    s, out) {
        for (s = sprintf("%.0f", n); length(s) > 3; s = substr(s, 1, length(s) - 3))
            out = "," substr(s, length(s) - 2) out
        return s out
    }

    function counted(n, noun) { return commas(n) " " noun (n == 1 ? "" : "s") }

    function printable(s) {
        gsub(/[^ -~]/, "?", s)
        return s
    }

    function escaped(s) {
        s = printable(s)
        gsub(/&/, "\\&amp;", s)
        gsub(/</, "\\&lt;", s)
        gsub(/>/, "\\&gt;", s)
        gsub(/"/, "\\&quot;", s)
        return s
    }

    # Cut in the middle, so a number at the end remains.
    function shortened(s, most,    half) {
        half = int((most - 2) / 2)
        return length(s) > most ? substr(s, 1, half) ".." substr(s, length(s) - half + 1) : s
    }

    # --- The frame of a picture ---

    # Everything takes its colour from a class, and a series from the colour of its group, so one style sheet serves
    # light screens, dark screens and printers that may have no colours. Print always uses the light colours. LIGHT
    # and DARK hold the colours of the series in names.
    function print_style(names,    i, n, name) {
        n = split(names, name, " ")
        print "<style>"
        print ".plot text{fill:#5c5c5c}.plot .ink{fill:#1c1c1c}.plot .paper{fill:#fff}.plot .grid{fill:none;stroke:#e2e2e2}"
        print ".plot .base,.plot .mark{fill:none;stroke:#767676}.plot .bar{fill:currentColor}"
        print ".plot .line{fill:none;stroke:currentColor;stroke-linejoin:round}.plot .band{fill:currentColor}"
        print ".plot .halo{paint-order:stroke;stroke:#fff;stroke-width:3}.plot .hollow{fill:#fff;stroke:currentColor}"
        for (i = 1; i <= n; i++)
            printf ".plot .%s{color:%s}", name[i], LIGHT[name[i]]
        print "\n@media screen and (prefers-color-scheme:dark){"
        print ".plot text{fill:#a9adb3}.plot .ink{fill:#eceef1}.plot .paper{fill:#15171b}.plot .grid{stroke:#31353b}"
        print ".plot .base,.plot .mark{stroke:#8b9098}.plot .halo{stroke:#15171b}.plot .hollow{fill:#15171b}"
        for (i = 1; i <= n; i++)
            printf ".plot .%s{color:%s}", name[i], DARK[name[i]]
        print "\n}\n@media print{.plot text,.plot .ink{fill:#000}.plot .grid{stroke:#bbb}}"
        print "</style>"
    }

    # Everything before the panels; a subtitle that is too long for one line continues on a second one.
    function print_head(height, title, words, names,    cut) {
        print "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
        printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" ", WIDTH, height, WIDTH,
            height
        print "class=\"plot\" role=\"img\" font-family=\"sans-serif\" font-size=\"13\">"
        printf "<title>%s</title>\n<desc>%s</desc>\n", title, words
        print_style(names)
        printf "<rect class=\"paper\" width=\"%d\" height=\"%d\"/>\n", WIDTH, height
        print_text(24, 34, "class=\"ink\" font-weight=\"bold\" font-size=\"" (length(title) > 60 ? 14 : 19) "\"", title)
        cut = length(words)
        if (cut > 130)
            for (cut = 130; cut > 0 && substr(words, cut, 2) != "; "; cut--)
                ;
        if (cut == 0)
            cut = length(words)
        print_text(24, 55, "", substr(words, 1, cut))
        if (cut < length(words))
            print_text(24, 72, "", substr(words, cut + 2))
    }

    function print_text(x, y, attributes, words) {
        printf "<text x=\"%.1f\" y=\"%.1f\"%s>%s</text>\n", x, y, (attributes == "" ? "" : " " attributes), words
    }
