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

# need_browser KIND: chromium or firefox. Firefox is spoken to by a WebSocket, which node has since 20.10.
need_browser() {
    need_javascript
    case $1 in
    chromium) browser=(chromium "$(type -P chromium || type -P chromium-browser || type -P google-chrome || :)") ;;
    firefox) browser=(firefox "$(type -P firefox-esr || type -P firefox || :)") ;;
    esac
    [ -n "${browser[1]}" ] || skip "needs $1"
    node_options=
    [ "$1" != firefox ] || "$javascript" -e 'WebSocket' 2>/dev/null || node_options=--experimental-websocket
    NODE_OPTIONS=$node_options "$javascript" -e '' 2>/dev/null || skip "needs node 20.10 or later, for $1"
}

# browse PAGE SCRIPT [ARGUMENT...]: see t/lib/browser.js. A page that never becomes what a test waits for ends it after 5 minutes; a
# browser that hangs is started again, twice.
browse() {
    local status
    for _ in 1 2 3; do
        status=0
        NODE_OPTIONS=$node_options timeout 300 "$javascript" "$ROOT/t/lib/browser.js" "${browser[@]}" "$@" || status=$?
        [ "$status" -eq 3 ] || break
    done
    return "$status"
}
