// What happens to nodes, and to all of them, in the diagram of draw.js.

function drawCommit(d, event, x, y) {
    d.g.fillStyle = d.colours.commit;
    d.g.beginPath();
    d.g.arc(x, y, 4.5, 0, 7);
    d.g.fill();
    d.g.textAlign = "right";
    words(d, event.text.split(" ", 1)[0], x - 8, y + 4, d.colours.commit);
}

function ring(d, x, y, colour) {
    d.g.beginPath();
    d.g.arc(x, y, 5, 0, 7);
    d.g.fillStyle = d.colours.ground;
    d.g.fill();
    stroke(d, colour, 2);
    d.g.stroke();
}

const NODE_MARKS = {
    crash: (d, x, y) => cross(d, x, y, 6),
    wipe: (d, x, y) => cross(d, x, y, 6),
    restart: (d, x, y) => ring(d, x, y, d.colours.text),
    event: (d, x, y) => ring(d, x, y, d.colours.leader),
};
const SAID_OF_NODES = new Set(["crash", "restart", "wipe", "pause", "resume", "skew", "restore", "event", "propose"]);
const SAID_OF_ALL = new Set(["partition", "heal", "omit", "clog", "live", "broken", "result"]);

// Words beside a node's line, below others that stand there, or not at all if there is no space and they need not be said.
function drawNodeMark(d, event, x, y, said) {
    if (Object.hasOwn(NODE_MARKS, event.word)) {
        NODE_MARKS[event.word](d, x, y);
    }
    const before = said.get(event.node) ?? -Infinity, must = event.word === "crash" || event.text.startsWith("leader ");
    if (y - before < 12 && (event.word === "propose" || (said.isFull && !must))) {
        return;
    }
    const at = y - before < 12 ? before + 12 : y;
    said.set(event.node, at);
    const whole = event.word === "event" ? event.text : event.word + " " + event.text;
    const text = fits(d, whole.replace(/\t/g, " / "), columnWidth(d) - 14), isLeft = x + 9 + d.g.measureText(text).width > d.width;
    d.g.textAlign = isLeft ? "right" : "left";
    words(d, text, isLeft ? x - 9 : x + 9, at - 4, event.word === "crash" ? d.colours.bad : d.colours.text);
}

function drawWholeMark(d, event, y, said) {
    const colour = event.word === "broken" ? d.colours.bad : d.colours.quiet;
    stroke(d, colour, event.word === "broken" ? 2.5 : 1, event.word === "broken" ? [] : [7, 4]);
    line(d, GUTTER - 4, y, d.width, y);
    const at = Math.max(y, (said.get("all") ?? -Infinity) + 13);
    said.set("all", at);
    d.g.textAlign = "right";
    words(d, fits(d, event.word + " " + event.text, d.width - GUTTER - 20), d.width - 8, at - 4, colour);
}

function drawMark(d, event, number, said) {
    const y = screenY(d, event.t);
    if (SAID_OF_ALL.has(event.word)) {
        drawWholeMark(d, event, y, said);
        return;
    }
    if (event.node < 0 || event.message >= 0) {
        return;
    }
    const x = columnX(d, event.node);
    if (event.word === "commit") {
        drawCommit(d, event, x, y);
    } else if (SAID_OF_NODES.has(event.word)) {
        drawNodeMark(d, event, x, y, said);
    } else {
        return;
    }
    d.spots.push({ x, y, event: number });
}

function drawMarks(d) {
    const said = new Map(), events = d.trace.events;
    const first = countUpTo(d.times, timeOf(d.layout, d.top - 60) - 1), last = countUpTo(d.times, timeOf(d.layout, d.top + d.height));
    said.isFull = events.slice(first, last).filter((event) => SAID_OF_NODES.has(event.word)).length > MOST_MARKED;
    for (let i = first; i < last; i++) {
        drawMark(d, events[i], i, said);
    }
}
