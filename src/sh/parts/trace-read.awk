    # gossip-plot -m: what a trace of netsim says, as far as it is drawn. This text is included in single quotes in that
    # script, so it must not contain one.

    function node_of(name) {
        if (!(name in number)) {
            if (nodes == MOST_NODES)
                refuse("more than " MOST_NODES " nodes")
            number[name] = ++nodes
            label[nodes] = name
        }
        return number[name]
    }

    # The rest of the line from this field on, tabs as blanks.
    function rest(n,    i, s) {
        s = $0
        for (i = 1; i < n; i++)
            sub(/^[^ ]* */, "", s)
        gsub(/\t/, " ", s)
        return s
    }

    # What kind a message is: its first word, or the type that JSON says.
    function type_of(text,    word) {
        if (match(text, /"type" *: *"[^"]*"/)) {
            word = substr(text, RSTART, RLENGTH)
            sub(/^"type" *: *"/, "", word)
            return substr(word, 1, length(word) - 1)
        }
        split(text, word_of, " ")
        return word_of[1] == "" ? "empty" : word_of[1]
    }

    function add_message(id, from, to, text) {
        if (messages == MOST_HELD)
            refuse("more than " MOST_HELD " messages")
        if (id in index_of)
            return 0
        index_of[id] = ++messages
        sender[messages] = node_of(from)
        receiver[messages] = node_of(to)
        sent[messages] = $1 + 0
        words[messages] = substr(text, 1, 200)
        return messages
    }

    function add_mark(name, what, text) {
        marks++
        mark_time[marks] = $1 + 0
        mark_node[marks] = name == "" ? 0 : node_of(name)
        mark_kind[marks] = what
        mark_text[marks] = text
    }

    function is_known(id) { return id in index_of }

    function take_line(    word, m) {
        word = $2
        if (word == "send")
            add_message($5, $3, $4, rest(6))
        else if (word == "dup" && is_known($5)) {
            m = index_of[$5]
            m = add_message($6, $3, $4, words[m])
            is_copy[m] = 1
        } else if (word == "recv" && is_known($5))
            got[index_of[$5]] = $1 + 0
        else if (word == "drop" && is_known($5)) {
            lost[index_of[$5]] = $1 + 0
            reason[index_of[$5]] = $6
        } else if (word == "start")
            add_mark($3, word, "")
        else if (word == "commit")
            add_mark($3, word, $4)
        else if (word == "event" || word == "propose" || word == "command")
            add_mark($3, word, rest(4))
        else if (word == "crash" || word == "restart" || word == "wipe" || word == "pause" || word == "resume" || \
            word == "skew" || word == "restore")
            add_mark($3, word, rest(4))
        else if (word == "partition" || word == "heal" || word == "omit" || word == "clog" || word == "live" || \
            word == "broken" || word == "result")
            add_mark("", word, rest(3))
    }

    # When a message ended: it came, or was dropped; 1e15: neither.
    function end_of(m) { return m in got ? got[m] : m in lost ? lost[m] : 1e15 }

    # The window, if none was given: all; or so many messages: the last ones before a property broke, else the first.
    function choose_window(    i, m, cut) {
        for (i = 1; i <= marks; i++)
            if (mark_kind[i] == "broken" && cut == "")
                cut = mark_time[i]
        if (window != "") {
            split(window, word_of, "-")
            begin = word_of[1] + 0
            end = word_of[2] + 0
            return
        }
        begin = 0
        end = last_time
        if (messages <= MOST_DRAWN)
            return
        if (cut == "") {
            end = sent[MOST_DRAWN]
            return
        }
        end = cut
        for (m = messages; m > 1 && sent[m] > end; m--)
            ;
        begin = m > MOST_DRAWN ? sent[m - MOST_DRAWN + 1] : 0
    }

    function is_drawn(m) { return sent[m] <= end && end_of(m) >= begin && (m in got || m in lost || sent[m] >= begin) }

    function is_shown(i) {
        if (mark_time[i] < begin || mark_time[i] > end)
            return 0
        return mark_kind[i] != "start" && mark_kind[i] != "result" && (mark_kind[i] != "propose" || sparse)
    }
