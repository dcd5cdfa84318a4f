// What the trace says of each node at each event. Every node has
//     life      "" (not started), "up", "down" or "paused"
//     role      "leader", "follower", "candidate" or another word that the node reported; "" is unknown
//     term      of the role: a term, a view, or a height and a round, as the engine counts
//     vote      whom it last gave its vote, by what Raft's nodes tell each other
//     index     the last record that it committed; record: its text
//     report    what it said last that is none of these
//     skew      by how many milliseconds its clock jumped
//     group     which groups of the partition it is in, as letters; "" if the network is whole
const STATE_EVERY = 256; // events between two states that are kept

function newState() {
    return { life: "", role: "", term: "", vote: "", index: "", record: "", report: "", skew: 0, group: "" };
}

function setRole(s, role, term) {
    s.role = role;
    s.term = term || s.term;
}

// What nodes report, by the first word: the node's state, the words, and its name.
const REPORTS = {
    leader: (s, words, name) => {
        if (words[2] === undefined || words[2] === name || words[2] + "'" === name) {
            setRole(s, "leader", words[1]);
        } else {
            setRole(s, "follower", words[1]);
        }
    },
    follower: (s, words) => setRole(s, "follower", words[1]),
    learner: (s, words) => setRole(s, "learner", words[1]),
    campaign: (s, words) => setRole(s, "candidate", words[1]),
    candidate: (s, words) => setRole(s, "candidate", words[1]),
    view: (s, words) => setRole(s, "follower", words[1]),
    turn: (s, words) => setRole(s, "turn", words[1] + "/" + words[2]),
    round: (s, words, name) => setRole(s, words[3] === name ? "proposer" : "voter", words[1] + "/" + words[2]),
};

function setLife(s, life) {
    s.life = life;
    if (life === "down") {
        s.role = "";
    }
}

// What happens to a node: its state, the event, and its name.
const CHANGES = {
    start: (s) => setLife(s, "up"),
    crash: (s) => setLife(s, "down"),
    restart: (s) => setLife(s, "up"),
    pause: (s) => setLife(s, "paused"),
    resume: (s) => setLife(s, "up"),
    wipe: (s) => { s.index = s.record = ""; },
    skew: (s, event) => { s.skew += Number(event.text) || 0; },
    restore: (s, event) => { s.index = event.text; },
    commit: (s, event) => {
        const words = event.text.split(" ");
        s.index = words[0];
        s.record = words.slice(2).join(" ");
    },
    event: (s, event, name) => {
        const words = event.text.split(" ");
        s.report = event.text;
        if (Object.hasOwn(REPORTS, words[0])) {
            REPORTS[words[0]](s, words, name);
        }
    },
};

// A vote, as Raft's: given by a message, or to oneself by asking for votes; kept while the node is down.
function changeVote(trace, s, event) {
    const m = trace.messages[event.message];
    if (event.word === "send" && /^voted [0-9]+ yes/.test(m.text)) {
        s.vote = trace.nodes[m.to];
    } else if (event.word === "send" && /^vote [0-9]/.test(m.text)) {
        s.vote = trace.nodes[m.from];
    }
}

function changeStates(trace, states, event) {
    if (event.message >= 0) {
        changeVote(trace, states[event.node], event);
    }
    if (event.node >= 0 && Object.hasOwn(CHANGES, event.word)) {
        CHANGES[event.word](states[event.node], event, trace.nodes[event.node]);
    }
}

// A node that is never started, as in a trace that was cut, is up.
function firstStates(trace) {
    const started = new Set(trace.events.filter((e) => e.word === "start").map((e) => e.node));
    return trace.nodes.map((name, i) => ({ ...newState(), life: started.has(i) ? "" : "up" }));
}

// What statesAt looks into.
function keepStates(trace) {
    const kept = [];
    const states = firstStates(trace);
    trace.events.forEach((event, i) => {
        if (i % STATE_EVERY === 0) {
            kept.push(states.map((s) => ({ ...s })));
        }
        changeStates(trace, states, event);
    });
    return kept;
}

// The states after event number `at`. splits: what partitions() gives.
function statesAt(trace, kept, splits, at) {
    if (kept.length === 0) {
        return firstStates(trace);
    }
    const from = Math.floor(at / STATE_EVERY);
    const states = kept[from].map((s) => ({ ...s }));
    for (let i = from * STATE_EVERY; i <= at; i++) {
        changeStates(trace, states, trace.events[i]);
    }
    const split = splits.findLast((one) => one.first <= at);
    states.forEach((s, i) => { s.group = split ? split.letters[i] : ""; });
    return states;
}

// The parts of each node's line: [{from, to, life, leads}], times in ms.
function nodeLives(trace) {
    const states = firstStates(trace);
    const lives = trace.nodes.map(() => []);
    const open = states.map((s) => ({ from: 0, life: s.life, leads: false }));
    const close = (i, t) => {
        if (open[i].life !== "" && open[i].life !== "down" && t >= open[i].from) {
            lives[i].push({ ...open[i], to: t });
        }
    };
    for (const event of trace.events) {
        const i = event.node;
        changeStates(trace, states, event);
        if (i < 0) {
            continue;
        }
        const leads = states[i].role === "leader";
        if (states[i].life !== open[i].life || leads !== open[i].leads) {
            close(i, event.t);
            open[i] = { from: event.t, life: states[i].life, leads };
        }
    }
    open.forEach((o, i) => close(i, trace.end));
    return lives;
}

