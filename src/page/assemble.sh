#!/bin/sh
# assemble.sh PAGE FOLDER: makes FOLDER/PAGE.top and FOLDER/PAGE.end, the parts of an HTML page before and after its data, of
# PAGE/PAGE.html and the files that it names, which are in the folder PAGE, or beside this script if pages share them.
#
# In PAGE.html a line @FILE@ stands for that file; the one line @DATA@ is where the data go; and @STYLE@ and @SCRIPT@ in the
# policy (head.html) stand for the hashes of its one <style> and its one <script>, whose tags have a line of their own. A browser
# runs only what these hashes name, so nothing that stands in the data.
set -efu
LC_ALL=C
export LC_ALL

page=$1 out=$2
from=$(dirname "$0")

trouble() {
    printf 'assemble.sh: %s\n' "$1" >&2
    exit 2
}

expand() {
    awk -v from="$from" -v page="$page" '
        /^@[a-z0-9.-]+@$/ {
            name = substr($0, 2, length($0) - 2)
            file = from "/" page "/" name
            got = (getline line < file)
            if (got < 0) {
                file = from "/" name
                got = (getline line < file)
            }
            for (; got > 0; got = (getline line < file)) {
                if (line ~ /<\/?script|<\/style|<!--|@(NAME|VERSION|PROGPREFIX)@/) {
                    print file ": has words that end a script, or that are filled in: " line | "cat >&2"
                    exit 2
                }
                print line
            }
            if (got < 0) {
                print file ": cannot be read" | "cat >&2"
                exit 2
            }
            close(file)
            next
        }
        { print }' "$from/$page/$page.html"
}

# The text between the lines <TAG> and </TAG>, as a browser hashes it: from the newline of the first on.
text_of() { # TAG
    awk -v tag="$1" '
        $0 == "</" tag ">" { on = 0 }
        on                 { print }
        $0 == "<" tag ">"  { on = 1; print "" }' "$out/$page.whole"
}

# A hash of 64 hex digits as base64: three digits are two characters.
base64_of() { # HASH
    awk -v hex="$1" 'BEGIN {
        digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        hex = hex "00"
        for (i = 1; i < 66; i += 3) {
            n = 0
            for (j = i; j < i + 3; j++)
                n = 16 * n + index("0123456789abcdef", substr(hex, j, 1)) - 1
            text = text substr(digits, int(n / 64) + 1, 1) substr(digits, n % 64 + 1, 1)
        }
        print substr(text, 1, 43) "="
    }'
}

hash_of() { # TAG
    sum=$(text_of "$1" | sha256sum)
    base64_of "${sum%% *}"
}

mkdir -p "$out"
expand >"$out/$page.whole" || trouble "$page.html: not assembled"
style=$(hash_of style) script=$(hash_of script)
sed "s,@STYLE@,sha256-$style,; s,@SCRIPT@,sha256-$script,; /^@DATA@\$/,\$d" "$out/$page.whole" >"$out/$page.top"
sed '1,/^@DATA@$/d' "$out/$page.whole" >"$out/$page.end"
rm "$out/$page.whole"
[ -s "$out/$page.end" ] || trouble "$page.html: no line @DATA@"
