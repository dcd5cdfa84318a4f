// Partitions: which groups of nodes cannot reach each other, and when. A network may have several at once.

// The letters of the groups that each node is in: `n1 n2 / n3` gives A, A and B. A node that stands in several reaches them all.
function groupsOf(trace, text) {
    const letters = trace.nodes.map(() => "");
    let group = 0;
    for (const word of text.split(" ")) {
        if (word === "/" || word === ">") {
            group++;
        } else if (trace.number.has(word)) {
            letters[trace.number.get(word)] += String.fromCharCode(65 + group % 26);
        }
    }
    return letters;
}

// The groups of several partitions together: nodes that are in the same groups of each have the same letter.
function togetherOf(all) {
    const letterOf = new Map();
    return all[0].map((one, node) => {
        const key = all.map((letters) => letters[node]).join("/");
        if (!letterOf.has(key)) {
            letterOf.set(key, String.fromCharCode(65 + letterOf.size % 26));
        }
        return letterOf.get(key);
    });
}

// What is open after an event: the texts of the partitions, oldest first. `heal` alone ends all; one that does not say which
// partition ends, ends the newest.
function stillOpen(open, event) {
    if (event.word === "partition") {
        return [...open, event.text];
    }
    const text = event.text.replace(/^partition ?/, "");
    const at = event.text === "" ? -1 : text === "" ? open.length - 1 : open.indexOf(text);
    return event.text === "" ? [] : open.filter((one, i) => i !== at);
}

function isAboutPartitions(event) {
    return event.word === "partition" || event.word === "live" || (event.word === "heal" && !/^(omit|clog)/.test(event.text));
}

// What partitions() gives: {first, from, to, letters}: from event number `first` on, and times in ms; letters is "" for a node that
// reaches all. Nodes of the quorum of the liveness phase are healed for good.
function partitions(trace) {
    const list = [];
    let open = [], healed = new Set();
    trace.events.forEach((event, i) => {
        if (!isAboutPartitions(event)) {
            return;
        }
        if (event.word === "live") {
            healed = new Set(event.text.split(" "));
        } else {
            open = stillOpen(open, event);
        }
        const groups = open.map((text) => groupsOf(trace, text));
        const letters = groups.length === 0 ? trace.nodes.map(() => "") : groups.length === 1 ? groups[0] : togetherOf(groups);
        if (list.length > 0) {
            list[list.length - 1].to = event.t;
        }
        list.push({ first: i, from: event.t, to: trace.end, letters: letters.map((one, node) => healed.has(trace.nodes[node]) ? "" : one) });
    });
    return list;
}
