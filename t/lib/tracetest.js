// What the scripts of trace-page make of the trace in the file named first, for t/trace-page.bats: node reads them, the page's
// own, before this. With more words, what is asked for.
const { readFileSync } = require("fs");
const [file, question, ...words] = process.argv.slice(2);
readTexts(texts, readFileSync(process.env.TEXTS, "utf8"));
const trace = readTrace(readFileSync(file, "utf8"));
const splits = partitions(trace);

const QUESTIONS = {
    events: () => trace.events.map((event, i) => `${i} ${event.t} ${eventText(trace, event, 60)}`),
    messages: () => trace.messages.map((m) => [m.id, trace.nodes[m.from], trace.nodes[m.to], m.sent, m.end, m.fate, m.reason, m.kind, m.copyOf].join(",")),
    states: (at) => statesAt(trace, keepStates(trace), splits, Number(at)).map((s, i) =>
        [trace.nodes[i], s.life, s.role, s.term, s.vote, s.index, s.record, s.skew, s.group].join(",")),
    lives: () => nodeLives(trace).flatMap((lives, i) => lives.map((one) => [trace.nodes[i], one.from, one.to, one.life, one.leads].join(","))),
    splits: () => splits.map((one) => [one.from, one.to, one.letters.join("")].join(",")),
    texts: () => [JSON.stringify([trace.command, trace.nodes, trace.events, trace.messages])],
    shown: (steps) => [shownEvents(trace, steps, new Set()).join(" ")],
    // every message that is on its way is found, by whatever window one asks
    windows: () => {
        const parts = messageParts(trace);
        for (let from = 0; from <= trace.end; from += 37) {
            const found = messagesBetween(trace, parts, from, from + 50);
            const all = trace.messages.flatMap((m, i) => m.sent <= from + 50 && (m.fate === "" ? trace.end : m.end) >= from ? [i] : []);
            if (found.join() !== all.join()) {
                return ["from " + from + ": " + found + " and not " + all];
            }
        }
        return ["all found"];
    },
    // times and places are each other's inverse, and later is lower
    layout: () => [[false, 1], [true, 0.5], [false, 3]].map(([toScale, zoom]) => {
        const layout = newLayout(trace, toScale, zoom);
        const wrong = layout.times.filter((t, i) => Math.abs(timeOf(layout, yOf(layout, t)) - t) > 1e-6 || (i > 0 && !(layout.ys[i] > layout.ys[i - 1])));
        return wrong.length + " wrong of " + layout.times.length + ", " + Math.round(layout.height) + " px";
    }),
};
console.log(QUESTIONS[question](...words).join("\n"));
