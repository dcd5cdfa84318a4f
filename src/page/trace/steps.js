// To which events steps go: by the choice of the reader.
const FAULTS = new Set(["crash", "restart", "wipe", "pause", "resume", "skew", "partition", "omit", "clog", "heal", "live"]);
const CLIENTS = new Set(["invoke", "ok", "fail", "refuse", "info", "propose", "answer", "read"]);
const STEPS = {
    all: () => true,
    messages: (event) => event.message >= 0,
    states: (event) => event.word === "event" || event.word === "restore",
    commits: (event) => event.word === "commit",
    faults: (event) => FAULTS.has(event.word),
    clients: (event) => CLIENTS.has(event.word),
};

// The numbers of the events that a choice of steps goes to; what ends a trace is always one. Messages of hidden kinds are left out.
function shownEvents(trace, steps, hidden) {
    const shown = [];
    trace.events.forEach((event, i) => {
        const isHidden = event.message >= 0 && hidden.has(trace.messages[event.message].kind);
        if ((STEPS[steps](event) && !isHidden) || event.word === "broken" || event.word === "result") {
            shown.push(i);
        }
    });
    return shown;
}
