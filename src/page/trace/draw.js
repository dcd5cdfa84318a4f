// The space-time diagram on a canvas (Lamport, "Time, Clocks, and the Ordering of Events in a Distributed System", 1978): only what is
// in the window is drawn. A picture `d` has
//     g, width, height     the canvas's context, and its size in px
//     trace, layout, parts, labels, lives, splits    what is drawn
//     top                  what part of the layout is at the top of the canvas
//     now                  where the present is; what is below it is pale
//     colours, colourOf    a palette, and the colour of a kind of message
//     hidden               kinds that are not drawn
//     at                   the number of the event that is marked, and `over` that of the message under the pointer, or -1
//     spots, segments      filled: where events and messages are, for the pointer
const HEAD = 30; // px: the names of the nodes
const GUTTER = 58; // the times

const PALETTES = {
    light: { ground: "#ffffff", text: "#1c1e21", quiet: "#575c63", line: "#b9b6ae", accent: "#1f5fa8", bad: "#b3201c", leader: "#e0a100",
        commit: "#1f7a3d", kinds: ["#2f6db3", "#b5501a", "#7450a3", "#0f7d8a", "#a8327e", "#6b6f75"] },
    dark: { ground: "#1f2226", text: "#eceae6", quiet: "#a9aeb6", line: "#565c64", accent: "#86b8f5", bad: "#ff9a92", leader: "#c99a2e",
        commit: "#66cf8b", kinds: ["#6fb0f2", "#f09a5e", "#b99cea", "#5cc7d4", "#ea86c4", "#9aa0a6"] },
};

// --- Places ---

function columnWidth(d) {
    return (d.width - GUTTER - 8) / Math.max(1, d.trace.nodes.length);
}

function columnX(d, node) {
    return GUTTER + columnWidth(d) * (node + 0.5);
}

function screenY(d, t) {
    return HEAD + 12 + yOf(d.layout, t) - d.top;
}

function fits(d, text, width) {
    let cut = text;
    while (cut.length > 1 && d.g.measureText(cut).width > width) {
        cut = cut.slice(0, Math.min(cut.length - 1, Math.ceil(cut.length * 0.9))).replace(/…$/, "").slice(0, -1) + "…";
    }
    return cut;
}

function stroke(d, colour, width, dash) {
    d.g.strokeStyle = colour;
    d.g.lineWidth = width;
    d.g.setLineDash(dash || []);
}

function line(d, x1, y1, x2, y2) {
    d.g.beginPath();
    d.g.moveTo(x1, y1);
    d.g.lineTo(x2, y2);
    d.g.stroke();
}

function cross(d, x, y, size) {
    stroke(d, d.colours.bad, 2);
    line(d, x - size, y - size, x + size, y + size);
    line(d, x - size, y + size, x + size, y - size);
}

// Words on a ground of their own, so that lines below them do not disturb.
function words(d, text, x, y, colour) {
    d.g.setLineDash([]);
    d.g.lineWidth = 4;
    d.g.lineJoin = "round";
    d.g.strokeStyle = d.colours.ground;
    d.g.strokeText(text, x, y);
    d.g.fillStyle = colour;
    d.g.fillText(text, x, y);
}

// --- Nodes ---

function drawSplits(d) {
    for (const split of d.splits) {
        const from = Math.max(HEAD, screenY(d, split.from)), to = Math.min(d.height, screenY(d, split.to));
        if (to <= from) {
            continue;
        }
        split.letters.forEach((letters, node) => [...letters].forEach((letter, i) => {
            const width = (columnWidth(d) - 4) / letters.length, x = columnX(d, node) - columnWidth(d) / 2 + 2 + i * width;
            const colour = d.colours.kinds[(letter.charCodeAt(0) - 65) % 5];
            d.g.fillStyle = colour + "26";
            d.g.fillRect(x, from, width, to - from);
            if (to - from > 16) {
                d.g.textAlign = "left";
                words(d, letter, x + 4, from + 13, colour);
            }
        }));
    }
}

function drawLives(d) {
    d.lives.forEach((lives, node) => {
        const x = columnX(d, node);
        for (const life of lives) {
            const from = Math.max(HEAD, screenY(d, life.from)), to = Math.min(d.height, screenY(d, life.to));
            if (to < from) {
                continue;
            }
            if (life.leads) {
                stroke(d, d.colours.leader, 8);
                line(d, x, from, x, to);
            }
            stroke(d, d.colours.quiet, 2, life.life === "paused" ? [2, 5] : []);
            line(d, x, from, x, to);
        }
    });
}

function drawTimes(d) {
    d.g.textAlign = "right";
    let last = -Infinity;
    for (let i = Math.max(0, countUpTo(d.layout.ys, d.top - 20) - 1); i < d.layout.times.length; i++) {
        const y = screenY(d, d.layout.times[i]);
        if (y > d.height) {
            break;
        }
        if (y < HEAD + 8 || y - last < 24) {
            continue;
        }
        stroke(d, d.colours.line, 1, [1, 3]);
        line(d, GUTTER - 4, y, d.width, y);
        d.g.fillStyle = d.colours.quiet;
        d.g.fillText(milliseconds(d.layout.times[i]), GUTTER - 8, y + 4);
        last = y;
    }
}

function drawNames(d) {
    d.g.fillStyle = d.colours.ground;
    d.g.fillRect(0, 0, d.width, HEAD);
    stroke(d, d.colours.line, 1);
    line(d, 0, HEAD - 0.5, d.width, HEAD - 0.5);
    d.g.textAlign = "center";
    d.g.fillStyle = d.colours.text;
    d.g.font = "bold 13px system-ui, sans-serif";
    d.trace.nodes.forEach((name, node) => d.g.fillText(fits(d, name, columnWidth(d) - 4), columnX(d, node), 20));
    d.g.font = "12px system-ui, sans-serif";
    d.g.textAlign = "right";
    d.g.fillStyle = d.colours.quiet;
    d.g.fillText("ms", GUTTER - 8, 20);
}

// --- Messages ---

// Where a message is drawn. A dropped one ends before its addressee, and after a short way if it was dropped as it was sent.
function segmentOf(d, m) {
    const x1 = columnX(d, m.from), y1 = screenY(d, m.sent);
    let x2 = columnX(d, m.to), y2 = screenY(d, messageEnd(d.trace, m));
    if (m.fate === "drop") {
        const part = m.end > m.sent ? 0.85 : 0.4;
        x2 = x1 + (x2 - x1) * part;
        y2 = m.end > m.sent ? y1 + (y2 - y1) * part : y1 + 10;
    }
    return { x1, y1, x2, y2 };
}

function arrowHead(d, s, colour) {
    const angle = Math.atan2(s.y2 - s.y1, s.x2 - s.x1);
    d.g.fillStyle = colour;
    d.g.beginPath();
    d.g.moveTo(s.x2, s.y2);
    d.g.lineTo(s.x2 - 9 * Math.cos(angle - 0.36), s.y2 - 9 * Math.sin(angle - 0.36));
    d.g.lineTo(s.x2 - 9 * Math.cos(angle + 0.36), s.y2 - 9 * Math.sin(angle + 0.36));
    d.g.fill();
}

// The part of a line that is in the window: dashes outside would cost as much as those that are seen.
function seenPart(d, s) {
    const part = (y) => s.y2 === s.y1 ? 0 : Math.max(0, Math.min(1, (y - s.y1) / (s.y2 - s.y1)));
    const at = (x) => ({ x: s.x1 + (s.x2 - s.x1) * x, y: s.y1 + (s.y2 - s.y1) * x });
    const from = at(part(-20)), to = s.y2 === s.y1 ? at(1) : at(part(d.height + 20));
    return { x1: from.x, y1: from.y, x2: to.x, y2: to.y };
}

function drawMessage(d, number, wide, bare) {
    const m = d.trace.messages[number], s = segmentOf(d, m), colour = d.colourOf(m.kind);
    stroke(d, colour, wide ? 3.5 : 1.3, !bare && (m.fate !== "recv" || m.copyOf !== "") ? [5, 3] : []);
    if (m.from === m.to) {
        d.g.beginPath();
        d.g.moveTo(s.x1, s.y1);
        d.g.bezierCurveTo(s.x1 + 26, s.y1, s.x1 + 26, s.y2, s.x2, s.y2);
        d.g.stroke();
    } else {
        const seen = seenPart(d, s);
        line(d, seen.x1, seen.y1, seen.x2, seen.y2);
    }
    if (bare) {
        return;
    }
    if (m.fate === "recv") {
        arrowHead(d, m.from === m.to ? { ...s, x1: s.x1 + 20, y1: s.y2 - 6 } : s, colour);
    } else if (m.fate === "drop") {
        cross(d, s.x2, s.y2, wide ? 6 : 4);
    }
}

// The words of a message along its arrow, never upside down.
function drawMessageWords(d, number) {
    const m = d.trace.messages[number], s = segmentOf(d, m);
    if (m.from === m.to) {
        return;
    }
    const near = m.fate === "recv" ? 0.5 / Math.abs(m.from - m.to) : 0.5;
    const left = s.x2 < s.x1;
    d.g.save();
    d.g.translate(s.x1 + (s.x2 - s.x1) * near, s.y1 + (s.y2 - s.y1) * near);
    d.g.rotate(Math.atan2(left ? s.y1 - s.y2 : s.y2 - s.y1, Math.abs(s.x2 - s.x1)));
    d.g.textAlign = "center";
    const text = m.text.startsWith("{") ? m.kind : m.text.replace(/\t/g, " / ");
    words(d, fits(d, text, columnWidth(d) * 0.8), 0, -4, d.colourOf(m.kind));
    d.g.restore();
}

const MOST_WORDED = 160; // messages in the window, if their words are to be read
const MOST_POINTED = 1500; // and if their ends are to be seen
const MOST_DRAWN = 3000; // and if it is not to take too long: the last of them
const MOST_MARKED = 90; // and events of nodes

function drawMessages(d) {
    const seen = messagesBetween(d.trace, d.parts, timeOf(d.layout, d.top - 40), timeOf(d.layout, d.top + d.height))
        .filter((i) => !d.hidden.has(d.trace.messages[i].kind)).slice(-MOST_DRAWN);
    for (const i of seen) {
        drawMessage(d, i, false, seen.length > MOST_POINTED);
        d.segments.push({ ...segmentOf(d, d.trace.messages[i]), message: i });
    }
    const said = new Map();
    for (const i of seen.length <= MOST_WORDED ? seen : []) {
        const m = d.trace.messages[i], y = screenY(d, m.sent);
        if (!d.labels.has(i) || columnWidth(d) < 70 || y - (said.get(m.from) ?? -Infinity) < 12) {
            continue;
        }
        said.set(m.from, y);
        drawMessageWords(d, i);
    }
}

// --- The present ---

function drawNow(d) {
    const y = HEAD + 12 + d.now - d.top;
    if (y < HEAD || y > d.height) {
        return;
    }
    stroke(d, d.colours.accent, 2);
    line(d, GUTTER - 4, y, d.width, y);
    d.g.fillStyle = d.colours.ground;
    d.g.fillRect(0, y - 9, GUTTER - 6, 18);
    d.g.textAlign = "right";
    d.g.font = "bold 12px system-ui, sans-serif";
    words(d, milliseconds(Math.round(timeOf(d.layout, d.now))), GUTTER - 8, y + 4, d.colours.accent);
    d.g.font = "12px system-ui, sans-serif";
}

function drawMarked(d) {
    if (d.over >= 0) {
        drawMessage(d, d.over, true);
    }
    const event = d.trace.events[d.at];
    if (!event) {
        return;
    }
    if (event.message >= 0) {
        drawMessage(d, event.message, true);
    }
    if (event.node >= 0) {
        stroke(d, d.colours.accent, 3);
        d.g.beginPath();
        d.g.arc(columnX(d, event.node), screenY(d, event.t), 9, 0, 7);
        d.g.stroke();
    }
}

// One part of the picture, from one height to the other.
function drawPart(d, from, to, alpha) {
    if (to <= from) {
        return;
    }
    d.g.save();
    d.g.beginPath();
    d.g.rect(0, from, d.width, to - from);
    d.g.clip();
    d.g.globalAlpha = alpha;
    d.spots = [];
    d.segments = [];
    drawSplits(d);
    drawTimes(d);
    drawLives(d);
    drawMessages(d);
    drawMarks(d);
    d.g.restore();
}

const PALE = 0.3;

function drawDiagram(d) {
    const present = Math.min(d.height, Math.max(HEAD, HEAD + 12 + d.now - d.top + 1));
    d.g.font = "12px system-ui, sans-serif";
    d.g.textBaseline = "alphabetic";
    d.g.fillStyle = d.colours.ground;
    d.g.fillRect(0, 0, d.width, d.height);
    drawPart(d, present, d.height, PALE);
    drawPart(d, HEAD, present, 1);
    drawNow(d);
    drawMarked(d);
    drawNames(d);
}
