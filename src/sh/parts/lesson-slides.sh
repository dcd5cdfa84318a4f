# Slides: what lessons show, and the pictures that their commands make, as SVG.
# shellcheck shell=sh

# draw_lesson FOLDER LESSON: plays it, and prints the names of the files that it makes there.
draw_lesson() {
    mkdir "$own"
    run_lesson "$2" >"$top/transcript"
    NAME=${2##*/}
    NAME=${NAME%.lesson} FOLDER=$1
    export NAME FOLDER
    awk "$slide_drawer" <"$top/transcript"
    for picture in "$top"/lesson/*.svg; do
        [ -e "$picture" ] || continue
        cp "$picture" "$FOLDER/$NAME-${picture##*/}"
        echo "$NAME-${picture##*/}"
    done
    unset NAME FOLDER
    end_shell
    rm -rf "$own" "$top/lesson"
}

# images TITLE: an element of the page for each of these names of files.
images() {
    TITLE=$1 awk '
        function escape(s) {
            gsub(/&/, "\\&amp;", s)
            gsub(/</, "\\&lt;", s)
            gsub(/"/, "\\&quot;", s)
            return s
        }
        { print "<img src=\"" escape($0) "\" alt=\"" escape(ENVIRON["TITLE"]) ", " NR "\">" }'
}

# draw_lessons FOLDER LESSON...: and a page that shows all of them.
draw_lessons() {
    mkdir -p "$1" || trouble "$1: cannot be made"
    slides=$(cd "$1" && pwd)
    shift
    rmdir "$own"
    : >"$top/pictures"
    for lesson; do
        draw_lesson "$slides" "$lesson" >"$top/drawn"
        cat "$top/drawn" >>"$top/pictures"
        images "$title" <"$top/drawn" >>"$top/images"
    done
    {
        echo '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Lessons</title>'
        echo '<style>body{margin:0;background:#777}img{display:block;width:100%;margin-bottom:8px}</style>'
        cat "$top/images"
    } >"$slides/index.html" || trouble "$slides/index.html: cannot be written"
    write "$(cat "$top/pictures")"
}
