# Tests of pages for a browser: after `load lib/browser`.

# Sets $javascript to node, of JavaScript: in bin there is another program of that name.
need_javascript() {
    local path
    while read -r path; do
        case $("$path" --version 2>/dev/null) in
        v[1-9][0-9].*) javascript=$path && return ;;
        esac
    done < <(type -aP node nodejs)
    skip 'needs node, of JavaScript'
}

need_chromium() {
    need_javascript
    chromium=$(type -P chromium || type -P chromium-browser || type -P google-chrome) || skip 'needs chromium'
}

# browse PAGE SCRIPT [ARGUMENT...]: see t/lib/browser.js. A page that never becomes what a test waits for ends it after 5 minutes.
browse() {
    timeout 300 "$javascript" "$ROOT/t/lib/browser.js" "$chromium" "$@"
}
