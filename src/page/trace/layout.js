// Where each moment of a trace is, from the top of the diagram down. Times are to scale, or evened: moments that are too close are
// drawn apart, and a long time in which nothing happens is drawn short.
const LEAST_STEP = 14; // px, at zoom 1
const MOST_STEP = 56;
const PX_PER_MS = 5;
const MOST_HEIGHT = 8e6; // what every browser can scroll

function stepOf(ms, toScale) {
    return toScale ? ms * PX_PER_MS : Math.min(MOST_STEP, Math.max(LEAST_STEP, ms * PX_PER_MS));
}

// times: the moments in ms, in order; ys: where each is; height: where the last is.
function newLayout(trace, toScale, zoom) {
    const times = [0], ys = [0];
    let y = 0;
    for (const event of trace.events) {
        const last = times[times.length - 1];
        if (event.t > last) {
            y += stepOf(event.t - last, toScale);
            times.push(event.t);
            ys.push(y);
        }
    }
    const factor = Math.min(zoom, MOST_HEIGHT / (y || 1));
    return { times, ys: ys.map((one) => one * factor), height: y * factor, zoom: factor };
}

// How many of the sorted numbers are at most x.
function countUpTo(list, x) {
    let low = 0, high = list.length;
    while (low < high) {
        const middle = (low + high) >> 1;
        if (list[middle] <= x) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

// The value at x of the line through the points (xs, ys), which are sorted.
function between(xs, ys, x) {
    const after = countUpTo(xs, x);
    if (after === 0) {
        return ys[0];
    }
    if (after === xs.length) {
        return ys[after - 1];
    }
    const part = (x - xs[after - 1]) / (xs[after] - xs[after - 1]);
    return ys[after - 1] + part * (ys[after] - ys[after - 1]);
}

function yOf(layout, t) {
    return between(layout.times, layout.ys, t);
}

function timeOf(layout, y) {
    return between(layout.ys, layout.times, y);
}

// Messages in parts of so many, each with the time at which the last of it ends: so one that is long on its way is found without
// looking at all that were sent before.
const PART = 64;

function messageParts(trace) {
    const parts = [];
    for (let first = 0; first < trace.messages.length; first += PART) {
        const some = trace.messages.slice(first, first + PART);
        parts.push({ first, from: some[0].sent, to: Math.max(...some.map((m) => messageEnd(trace, m))) });
    }
    return parts;
}

// When a message is no longer on its way: at the end of the trace, if it says nothing of it.
function messageEnd(trace, m) {
    return m.fate === "" ? trace.end : m.end;
}

// The numbers of the messages that are on their way at any time from one to the other.
function messagesBetween(trace, parts, from, to) {
    const found = [];
    for (const part of parts) {
        if (part.from > to) {
            break;
        }
        if (part.to < from) {
            continue;
        }
        const end = Math.min(part.first + PART, trace.messages.length);
        for (let i = part.first; i < end; i++) {
            if (trace.messages[i].sent <= to && messageEnd(trace, trace.messages[i]) >= from) {
                found.push(i);
            }
        }
    }
    return found;
}

// The messages at which their words are written: of those with which a node says the same at one time, the one with the shortest way.
function labelledMessages(trace) {
    const best = new Map();
    trace.messages.forEach((m, i) => {
        const key = m.from + " " + m.sent + " " + m.text;
        const other = best.get(key);
        if (other === undefined || Math.abs(m.from - m.to) < Math.abs(trace.messages[other].from - trace.messages[other].to)) {
            best.set(key, i);
        }
    });
    return new Set(best.values());
}
