# What a program that writes an HTML page has in common with the others.
# shellcheck shell=sh

# page_data CLASS [LIMIT]: stdin as an element that a browser does not show, whatever its bytes are: nothing in it can end
# the element or become a tag. A newline stands for itself, a backslash is doubled, and every byte that is not printable
# ASCII is \xHH. Status 3 if it has more than LIMIT bytes.
page_data() {
    printf '<pre class="%s" hidden>\n' "$1"
    od -A n -v -t x1 | awk -v limit="${2:-1000000}" '
        BEGIN {
            for (i = 0; i < 256; i++)
                text[sprintf("%02x", i)] = i > 31 && i < 127 ? sprintf("%c", i) : sprintf("\\x%02x", i)
            text["0a"] = "\n"
            text["5c"] = "\\\\"
            text["26"] = "&amp;"
            text["3c"] = "&lt;"
            text["3e"] = "&gt;"
        }
        {
            bytes += NF
            if (bytes > limit)
                exit 3
            line = ""
            for (i = 1; i <= NF; i++)
                line = line text[$i]
            printf "%s", line
        }'
}

# Prints a text that may be too long for an argument of a program, as printf is in some shells.
put_text() { # TEXT
    cat <<END_OF_TEXT
$1
END_OF_TEXT
}

# Closes what page_data opened.
page_data_end() {
    printf '</pre>\n'
}

# The texts of the page, and after them those in this file, if any, which take their place. Status 4 if these are too long.
page_texts() { # FILE
    texts | page_data texts
    page_data_end
    [ -n "$1" ] || return 0
    page_data texts <"$1" || return 4
    page_data_end
}

check_file() { # FILE
    [ ! -d "$1" ] || trouble "$1: is a folder"
    [ -r "$1" ] || trouble "$1: cannot be read"
}
