// What stands beside the diagram: the event in detail, the nodes' states, the kinds of messages, and the list of events.

function fill(id, ...children) {
    byId(id).replaceChildren(...children);
}

function milliseconds(t) {
    return t.toLocaleString(say("language"));
}

// --- The event ---

function messageRows(trace, m) {
    const at = (t) => say("milliseconds", { time: milliseconds(t) });
    const end = m.fate === "recv" ? ["received", at(m.end)] :
        m.fate === "drop" ? ["dropped", say("dropped-at", { time: milliseconds(m.end), reason: m.reason })] : ["received", say("on-way")];
    return [["kind", m.kind], ["from", trace.nodes[m.from]], ["to", trace.nodes[m.to]], ["sent", at(m.sent)], end,
        ...(m.copyOf === "" ? [] : [["copy-of", m.copyOf]]), ["content", m.text.replace(/\t/g, "\n")]];
}

function eventRows(trace, event) {
    return [["at", say("milliseconds", { time: milliseconds(event.t) })], ["content", eventText(trace, event, 2000)]];
}

function showRows(rows) {
    fill("details", ...rows.flatMap(([key, text]) => [element("dt", {}, say(key)), element("dd", { class: key }, text)]));
}

function showEvent(trace, number) {
    const event = trace.events[number];
    if (!event) {
        showRows([]);
    } else if (event.message >= 0) {
        showRows([["message", eventText(trace, event, 60)], ...messageRows(trace, trace.messages[event.message])]);
    } else {
        showRows(eventRows(trace, event));
    }
}

// --- Nodes ---

function lifeText(s) {
    const words = [say(s.life === "" ? "absent" : s.life)];
    if (s.group !== "") {
        words.push(say("group", { group: [...s.group].join(", ") }));
    }
    if (s.skew > 0) {
        words.push(say("skewed", { ms: milliseconds(s.skew) }));
    }
    return words.join(", ");
}

function roleText(s) {
    const words = [s.role === "" ? "" : texts.has(s.role) ? say(s.role) : s.role, s.vote === "" ? "" : say("vote", { name: s.vote })];
    return words.filter((one) => one !== "").join(", ");
}

function nodeRow(name, s) {
    const record = s.record.replace(/\t/g, " / ") || s.report;
    return element("tr", { class: s.life === "down" ? "down" : s.role === "leader" && s.life !== "" ? "leader" : null },
        element("th", { scope: "row" }, name),
        element("td", {}, lifeText(s)),
        element("td", {}, roleText(s)),
        element("td", {}, s.term),
        element("td", {}, s.index),
        element("td", { class: "record" }, record.length > 60 ? record.slice(0, 59) + "…" : record));
}

function showNodes(trace, states) {
    const heads = ["node", "state", "role", "term", "committed", "record"].map((key) => element("th", { scope: "col" }, say(key)));
    fill("nodes", element("thead", {}, element("tr", {}, ...heads)),
        element("tbody", {}, ...states.map((s, i) => nodeRow(trace.nodes[i], s))));
}

// --- Kinds ---

const MOST_KINDS = 24; // that have a box of their own

// change(KIND, SHOWN) is called when a box is ticked.
function showKinds(kinds, change) {
    const rows = kinds.slice(0, MOST_KINDS).map(([kind, count]) => {
        const box = element("input", { type: "checkbox", checked: true, on: { change: () => change(kind, box.checked) } });
        return element("li", {}, element("label", {}, box, element("span", { class: "swatch", "data-kind": kind }),
            element("span", {}, (kind.length > 30 ? kind.slice(0, 29) + "…" : kind) + " " + milliseconds(count))));
    });
    fill("kinds", ...rows);
}

function colourKinds(colourOf) {
    for (const one of document.querySelectorAll(".swatch")) {
        one.style.backgroundColor = colourOf(one.dataset.kind);
    }
}

function showLegend() {
    const keys = ["leader", "down", "commit", "drop", "copy", "partition", "now"];
    fill("marks", ...keys.map((key) => element("li", {}, say("legend-" + key))));
}

// --- The list ---

const PAGE = 100; // events in the list at a time

function listRow(trace, number, position, go) {
    const event = trace.events[number];
    const name = event.word === "broken" ? "bad" : FAULTS.has(event.word) ? "fault" : null;
    return element("li", {}, element("button", { tabindex: "-1", "data-position": position, on: { click: () => go(position) } },
        element("span", { class: "time" }, milliseconds(event.t) + " ms"), element("span", { class: name }, eventText(trace, event, 200))));
}

// Shows the part of the list with this position among the shown events. shown: their numbers.
function showList(trace, shown, position, go) {
    const first = Math.max(0, Math.floor(position / PAGE)) * PAGE, last = Math.min(shown.length, first + PAGE);
    fill("list", ...shown.slice(first, last).map((number, i) => listRow(trace, number, first + i, go)));
    byId("range").textContent = say("events-range", { first: first + 1, last, events: milliseconds(shown.length) });
    byId("earlier").disabled = first === 0;
    byId("later").disabled = last === shown.length;
    return first;
}

// Marks the current one, and brings it into the list's own window: the page stays where it is.
function markListed(position, focus) {
    for (const old of byId("list").querySelectorAll("[aria-current]")) {
        old.removeAttribute("aria-current");
        old.tabIndex = -1;
    }
    const list = byId("list"), button = list.querySelector('[data-position="' + position + '"]');
    if (!button) {
        return;
    }
    button.setAttribute("aria-current", "true");
    button.tabIndex = 0;
    const top = button.parentElement.offsetTop;
    if (top < list.scrollTop || top + button.offsetHeight > list.scrollTop + list.clientHeight) {
        list.scrollTop = top - list.clientHeight / 3;
    }
    if (focus) {
        button.focus({ preventScroll: true });
    }
}
