    # gossip-plot: reads the logs and sorts the arrivals. This text is included in single quotes in that script, so it
    # must not contain one.
    #
    # Times are whole microseconds, which a double holds exactly until the year 2255. An arrival is the first time that
    # a node has a record: arrival a is that of record_of[a] at node_of[a], at time[a], sent by peer[a]. order[] lists
    # the arrivals by record, and those of a record by time: those of record r follow index base[r].

    function is_time(s) {
        return length(s) <= 17 && s ~ /^(0|[1-9][0-9]*)\.[0-9][0-9][0-9][0-9][0-9][0-9]$/
    }

    # The 1 in front is for awks that read 012345 as octal.
    function microseconds(s,    whole) {
        whole = length(s) - 7
        return (substr(s, 1, whole) - 1) * 1000000 + ("1" substr(s, whole + 2))
    }

    # The number of the node whose log is being read, assigned at its first event.
    function this_node() {
        if (!(name in number)) {
            number[name] = ++nodes
            label[nodes] = name
        }
        return number[name]
    }

    # The start event of a node has its account, followed by the chain as the last field.
    function learn_key(node, key) {
        if (is_hash(key) && is_hash($NF) && !(node in has_key) && !(key in node_with)) {
            has_key[node] = 1
            node_with[key] = node
        }
    }

    function is_wanted(id) { return wanted == "" || index(id, wanted) == 1 }

    function record_number(id) {
        if (!(id in number_of)) {
            number_of[id] = ++records
            id_of[records] = id
        }
        return number_of[id]
    }

    # The node has the record at this time. If there are several times, the earliest counts.
    function arrive(node, id, now, sender,    r, a) {
        if (!is_wanted(id))
            return
        r = record_number(id)
        if (!((r, node) in slot)) {
            if (arrivals == MOST)
                refuse("more than " MOST " arrivals: give fewer logs, or -i ID")
            slot[r, node] = ++arrivals
            record_of[arrivals] = r
            node_of[arrivals] = node
            time[arrivals] = now + 1
        }
        a = slot[r, node]
        if (now < time[a]) {
            time[a] = now
            peer[a] = sender
        }
    }

    function learn_type(id, type) {
        if (is_wanted(id) && !(id in type_of) && length(type) <= 16 && type ~ /^[a-z]+$/)
            type_of[id] = type
    }

    # --- Order ---

    # Moves list[i] down to its place in the heap, which has the item with the largest key at the top, or of equal
    # keys the largest item.
    function sift(list, key, i, n,    child, item) {
        item = list[i]
        while ((child = 2 * i) <= n) {
            if (child < n && after(key, list[child + 1], list[child]))
                child++
            if (!after(key, list[child], item))
                break
            list[i] = list[child]
            i = child
        }
        list[i] = item
    }

    function after(key, a, b) { return key[a] > key[b] || (key[a] == key[b] && a > b) }

    # Sorts the items list[1..n] by key, and those with equal keys by their own value.
    function sort(list, key, n,    i, top) {
        for (i = int(n / 2); i >= 1; i--)
            sift(list, key, i, n)
        for (i = n; i > 1; i--) {
            top = list[1]
            list[1] = list[i]
            list[i] = top
            sift(list, key, 1, i - 1)
        }
    }

    # Sorts the numbers value[1..n].
    function sort_values(value, n,    i, list, copy) {
        for (i = 1; i <= n; i++) {
            list[i] = i
            copy[i] = value[i]
        }
        sort(list, copy, n)
        for (i = 1; i <= n; i++)
            value[i] = copy[list[i]]
    }

    function order_one(r, n,    i, list) {
        for (i = 1; i <= n; i++)
            list[i] = order[base[r] + i]
        sort(list, time, n)
        for (i = 1; i <= n; i++)
            order[base[r] + i] = list[i]
        first[r] = time[list[1]]
    }

    function order_all(    a, r, filled) {
        for (a = 1; a <= arrivals; a++)
            count[record_of[a]]++
        for (r = 1; r <= records; r++)
            base[r] = r == 1 ? 0 : base[r - 1] + count[r - 1]
        for (a = 1; a <= arrivals; a++)
            order[base[record_of[a]] + ++filled[record_of[a]]] = a
        for (r = 1; r <= records; r++) {
            order_one(r, count[r])
            by_time[r] = r
        }
        sort(by_time, first, records)
    }

    # The time until k nodes had record r; -1 if fewer nodes ever had it.
    function delay(r, k) { return k <= count[r] ? time[order[base[r] + k]] - first[r] : -1 }
