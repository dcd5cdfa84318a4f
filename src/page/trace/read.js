// What a trace of netsim says. readTrace(TEXT) gives
//     command    the first line, without #
//     nodes      names, in the order in which they start or are first named
//     events     one for each line: t (ms), word, node and peer (numbers of nodes, -1: none), message (a number, -1), text
//     messages   id, from, to (numbers of nodes), sent and end (ms), first and last (numbers of events; -1: none),
//                fate ("recv", "drop" or ""), reason, text, kind, copyOf (an id, or "")
//     broken     the number of the first event that says so; -1: none
//     result     "held", "broken" or ""
// What cannot be seen in it is a number in all of these; tabs stay. Lines that do not belong to a trace are skipped. Names and
// ids are keys of Maps only, so any will do.
const NODE_WORDS = new Set(["start", "crash", "restart", "wipe", "pause", "resume", "skew", "propose", "commit", "restore", "read",
    "answer", "command", "event"]);

// What kind a message is: its first word, or the type that JSON says.
function kindOf(text) {
    const json = /"type" *: *"([^"]*)"/.exec(text);
    return (json ? json[1] : text.split(/[ \t]/, 1)[0]) || "-";
}

// The words from this one on, counted from 0, as they stand.
function restOf(line, skip) {
    let at = 0;
    for (let i = 0; i < skip; i++) {
        at = line.indexOf(" ", at) + 1;
        if (at === 0) {
            return "";
        }
    }
    return line.slice(at);
}

function newTrace() {
    return { command: "", nodes: [], events: [], messages: [], broken: -1, result: "", number: new Map(), byId: new Map() };
}

function nodeNumber(trace, name) {
    if (!trace.number.has(name)) {
        trace.number.set(name, trace.nodes.length);
        trace.nodes.push(name);
    }
    return trace.number.get(name);
}

function addMessage(trace, event, id, text, copyOf) {
    if (trace.byId.has(id)) {
        return;
    }
    event.message = trace.messages.length;
    trace.byId.set(id, event.message);
    trace.messages.push({ id, from: event.node, to: event.peer, sent: event.t, end: Infinity, first: trace.events.length, last: -1,
        fate: "", reason: "", text, kind: kindOf(text), copyOf });
}

function endMessage(trace, event, id, fate, reason) {
    const at = trace.byId.get(id);
    if (at === undefined) {
        return;
    }
    const m = trace.messages[at];
    event.message = at;
    if (m.fate !== "") {
        return;
    }
    m.fate = fate;
    m.reason = reason;
    m.end = event.t;
    m.last = trace.events.length;
}

const MESSAGE_WORDS = {
    send: (trace, event, words, line) => addMessage(trace, event, words[4], restOf(line, 5), ""),
    recv: (trace, event, words) => endMessage(trace, event, words[4], "recv", ""),
    drop: (trace, event, words) => endMessage(trace, event, words[4], "drop", words[5] || ""),
    dup: (trace, event, words) => {
        const original = trace.messages[trace.byId.get(words[4])];
        if (original && words[5]) {
            addMessage(trace, event, words[5], original.text, words[4]);
        }
    },
};

function readLine(trace, line) {
    const words = line.split(" ");
    if (words.length < 3 || !/^[0-9]{1,15}$/.test(words[0])) {
        return;
    }
    const event = { t: Number(words[0]), word: words[1], node: -1, peer: -1, message: -1, text: "" };
    const before = trace.events.length ? trace.events[trace.events.length - 1].t : 0;
    if (event.t < before) {
        return;
    }
    if (Object.hasOwn(MESSAGE_WORDS, event.word)) {
        if (words.length < 5) {
            return;
        }
        event.node = nodeNumber(trace, words[2]);
        event.peer = nodeNumber(trace, words[3]);
        MESSAGE_WORDS[event.word](trace, event, words, line);
        if (event.message < 0) {
            return;
        }
    } else if (NODE_WORDS.has(event.word)) {
        event.node = nodeNumber(trace, words[2]);
        event.text = restOf(line, 3);
    } else if (event.word === "count" || event.word === "quantile") {
        return;
    } else {
        event.text = restOf(line, 2);
    }
    if (event.word === "broken" && trace.broken < 0) {
        trace.broken = trace.events.length;
    }
    if (event.word === "result") {
        trace.result = words[2];
    }
    trace.events.push(event);
}

function readTrace(text) {
    const trace = newTrace();
    const lines = text.split("\n").map((line) => line.split("\t").map(visible).join("\t"));
    if (lines[0].startsWith("# ")) {
        trace.command = lines[0].slice(2);
    }
    for (const line of lines) {
        readLine(trace, line);
    }
    trace.end = trace.events.length ? trace.events[trace.events.length - 1].t : 0;
    return trace;
}

// The kinds of messages, the most frequent first: [kind, count].
function messageKinds(trace) {
    const counts = new Map();
    for (const m of trace.messages) {
        counts.set(m.kind, (counts.get(m.kind) || 0) + 1);
    }
    return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}

// An event in words; `text` of a message is cut at so many characters, if it is longer.
function eventText(trace, event, most) {
    const m = event.message < 0 ? null : trace.messages[event.message];
    const whole = (m ? m.text : event.text).replace(/\t/g, " / ");
    const text = whole.length > most ? whole.slice(0, most - 1) + "…" : whole;
    const values = { node: trace.nodes[event.node], peer: trace.nodes[event.peer], id: m ? m.id : "", reason: m ? m.reason : "",
        word: event.word, text };
    if (event.word === "heal" && text === "") {
        return say("event-heal-all", values);
    }
    return say(texts.has("event-" + event.word) ? "event-" + event.word : "event-other", values);
}
