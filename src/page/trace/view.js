// The page at work: what is shown of a trace, and what buttons, keys and the pointer do to it. A view `v` has
//     trace, kinds, kept       what was read
//     shown, position          the numbers of the events that steps go to, and at which of these the page is
//     upTo                     the number of the last event that has happened
//     y                        where the present is in the layout, px: between two events while it plays
//     playing, turn            whether it plays, and how often it began to: what an earlier time still has due is not done
//     d                        the picture (draw.js)
const SPEEDS = ["0.25", "0.5", "1", "2", "4", "8"];
const PX_PER_SECOND = 45; // at speed 1
const ZOOM_STEP = 1.5;
const LEAST_ZOOM = 0.02;
const MOST_ZOOM = 12;

function newView(trace) {
    const canvas = byId("picture");
    const d = { g: canvas.getContext("2d"), width: 0, height: 0, trace, parts: messageParts(trace), labels: labelledMessages(trace),
        lives: nodeLives(trace), splits: partitions(trace), times: trace.events.map((event) => event.t), top: 0, now: 0, colours: PALETTES.light,
        hidden: new Set(), at: -1, over: -1, spots: [], segments: [] };
    const v = { trace, kinds: messageKinds(trace), kept: keepStates(trace), steps: "all", shown: [], position: 0, upTo: 0, y: 0,
        playing: false, turn: 0, listed: -1, zoom: 1, toScale: false, paper: false, due: false, d };
    const ranks = new Map(v.kinds.slice(0, 5).map(([kind], i) => [kind, i]));
    d.colourOf = (kind) => d.colours.kinds[ranks.get(kind) ?? 5];
    return v;
}

// --- Drawing ---

function isDark() {
    return matchMedia("(prefers-color-scheme: dark)").matches;
}

function sizeCanvas(canvas, width, height) {
    const ratio = window.devicePixelRatio || 1;
    canvas.style.width = width + "px";
    canvas.style.height = height + "px";
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    canvas.getContext("2d").setTransform(ratio, 0, 0, ratio, 0, 0);
}

function draw(v) {
    v.due = false;
    v.d.top = v.paper ? v.d.top : byId("scroller").scrollTop; // paper does not scroll
    v.d.now = v.paper ? Infinity : v.y; // nothing is pale on paper
    v.d.colours = isDark() && !v.paper ? PALETTES.dark : PALETTES.light;
    v.d.at = v.shown[v.position] ?? -1;
    drawDiagram(v.d);
}

function drawSoon(v) {
    if (!v.due) {
        v.due = true;
        requestAnimationFrame(() => draw(v));
    }
}

// Where in the trace faults, and what broke, are: above the slider.
function drawStrip(v) {
    const canvas = byId("strip"), width = canvas.clientWidth, g = canvas.getContext("2d");
    const colours = isDark() && !v.paper ? PALETTES.dark : PALETTES.light;
    sizeCanvas(canvas, width, 14);
    canvas.style.width = ""; // as wide as its place, which may become narrower
    g.clearRect(0, 0, width, 14);
    v.shown.forEach((number, i) => {
        const event = v.trace.events[number], x = 8 + (width - 16) * i / Math.max(1, v.shown.length - 1);
        const leads = event.word === "event" && event.text.startsWith("leader ");
        if (event.word === "broken" || leads || FAULTS.has(event.word)) {
            g.fillStyle = event.word === "broken" || event.word === "crash" ? colours.bad : leads ? colours.leader : colours.quiet;
            g.fillRect(x - 1, event.word === "broken" ? 0 : 5, event.word === "broken" ? 4 : 2, 14);
        }
    });
}

function layOut(v) {
    const scroller = byId("scroller"), event = v.trace.events[v.upTo];
    v.d.width = scroller.clientWidth;
    v.d.height = scroller.clientHeight;
    v.d.layout = newLayout(v.trace, v.toScale, v.zoom);
    v.zoom = v.d.layout.zoom;
    hideTip(v);
    sizeCanvas(byId("picture"), v.d.width, v.d.height);
    byId("picture").style.marginBottom = -v.d.height + "px"; // what makes the window scroll stands behind it
    byId("tall").style.height = Math.max(v.d.height, v.d.layout.height + HEAD + 60) + "px";
    v.y = event ? yOf(v.d.layout, event.t) : 0;
    drawStrip(v);
    drawSoon(v);
}

// Brings the present into the window, two fifths of the way down.
function follow(v) {
    const scroller = byId("scroller"), y = v.y + HEAD + 12 - scroller.scrollTop;
    if (y < HEAD + 30 || y > v.d.height - 50) {
        scroller.scrollTop = v.y - v.d.height * 0.4;
    }
}

// --- The present ---

function showPosition(v) {
    const event = v.trace.events[v.shown[v.position]], slider = byId("position");
    if (!event) {
        return;
    }
    const values = { time: milliseconds(event.t), number: milliseconds(v.position + 1), events: milliseconds(v.shown.length),
        text: eventText(v.trace, event, 120) };
    slider.max = v.shown.length - 1;
    slider.value = v.position;
    slider.setAttribute("aria-valuetext", say("position-text", values));
    byId("now").textContent = say("now", values);
    for (const [id, end] of [["first", 0], ["previous", 0], ["next", v.shown.length - 1], ["last", v.shown.length - 1]]) {
        byId(id).disabled = v.position === end;
    }
    if (v.position < v.listed || v.position >= v.listed + PAGE || v.listed < 0) {
        v.listed = showList(v.trace, v.shown, v.position, (position) => goTo(v, position, true));
    }
}

function show(v) {
    showPosition(v);
    showEvent(v.trace, v.shown[v.position] ?? -1);
    showNodes(v.trace, statesAt(v.trace, v.kept, v.d.splits, v.upTo));
    follow(v);
    drawSoon(v);
}

// Goes to one of the shown events, if there is one at that position.
function goTo(v, position, focusList) {
    pause(v);
    v.position = Math.max(0, Math.min(v.shown.length - 1, position));
    v.upTo = v.shown[v.position] ?? 0;
    v.y = v.upTo < v.trace.events.length ? yOf(v.d.layout, v.trace.events[v.upTo].t) : 0;
    show(v);
    markListed(v.position, focusList);
}

function step(v, by) {
    goTo(v, v.position + by, false);
    announce(byId("position").getAttribute("aria-valuetext") || "");
}

function showAllOf(v, steps) {
    v.steps = byId("steps").value = steps;
    v.shown = shownEvents(v.trace, steps, v.d.hidden);
    v.listed = -1;
    v.position = Math.max(0, countUpTo(v.shown, v.upTo) - 1);
    drawStrip(v);
}

// Goes to the event of that number, whatever is shown.
function goToEvent(v, number) {
    if (v.shown[countUpTo(v.shown, number) - 1] !== number) {
        showAllOf(v, "all");
    }
    goTo(v, countUpTo(v.shown, number) - 1, false);
    announce(byId("position").getAttribute("aria-valuetext") || "");
}

// --- Zoom ---

function zoomBy(v, factor) {
    v.zoom = Math.max(LEAST_ZOOM, Math.min(MOST_ZOOM, v.zoom * factor));
    layOut(v);
    byId("scroller").scrollTop = v.y - v.d.height * 0.4;
}

// --- Keys ---

function goToBroken(v) {
    if (v.trace.broken >= 0) {
        goToEvent(v, v.trace.broken);
    }
}

const KEYS = {
    ArrowRight: (v) => step(v, 1),
    ArrowLeft: (v) => step(v, -1),
    Home: (v) => goTo(v, 0, false),
    End: (v) => goTo(v, v.shown.length - 1, false),
    " ": play,
    "+": (v) => zoomBy(v, ZOOM_STEP),
    "=": (v) => zoomBy(v, ZOOM_STEP),
    "-": (v) => zoomBy(v, 1 / ZOOM_STEP),
    b: goToBroken,
    B: goToBroken,
    Escape: hideTip,
};
const LIST_KEYS = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 };

function pressed(v, event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(KEYS, event.key)) {
        return;
    }
    event.preventDefault();
    KEYS[event.key](v);
}

function pressedInList(v, event) {
    if (Object.hasOwn(LIST_KEYS, event.key)) {
        event.preventDefault();
        goTo(v, v.position + LIST_KEYS[event.key], true);
    }
}

// --- The beginning ---

function on(id, event, f) {
    byId(id).addEventListener(event, f);
}

function chooseSteps(v, steps) {
    showAllOf(v, steps);
    goTo(v, v.position, false);
}

function hideKind(v, kind, shown) {
    if (shown) {
        v.d.hidden.delete(kind);
    } else {
        v.d.hidden.add(kind);
    }
    chooseSteps(v, v.steps);
}

function listenToButtons(v) {
    on("first", "click", () => goTo(v, 0, false));
    on("previous", "click", () => step(v, -1));
    on("play", "click", () => play(v));
    on("next", "click", () => step(v, 1));
    on("last", "click", () => goTo(v, v.shown.length - 1, false));
    on("broken", "click", () => goToBroken(v));
    on("steps", "change", () => chooseSteps(v, byId("steps").value));
    on("position", "input", () => goTo(v, Number(byId("position").value), false));
    on("zoom-in", "click", () => zoomBy(v, ZOOM_STEP));
    on("zoom-out", "click", () => zoomBy(v, 1 / ZOOM_STEP));
    on("scale", "change", () => { v.toScale = byId("scale").checked; zoomBy(v, 1); });
    on("earlier", "click", () => goTo(v, v.position - PAGE, false));
    on("later", "click", () => goTo(v, v.position + PAGE, false));
}

function listenToRest(v) {
    on("scroller", "scroll", () => hideTip(v));
    on("scroller", "keydown", (event) => pressed(v, event));
    on("list", "keydown", (event) => pressedInList(v, event));
    on("picture", "pointermove", (event) => pointAt(v, event));
    on("picture", "pointerleave", () => hideTip(v));
    on("picture", "click", (event) => click(v, event));
    new ResizeObserver(() => layOut(v)).observe(byId("scroller"));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => recolour(v));
    window.addEventListener("beforeprint", () => { v.paper = true; recolour(v); draw(v); });
    window.addEventListener("afterprint", () => { v.paper = false; recolour(v); });
    window.addEventListener("hashchange", () => goToHash(v));
    document.addEventListener("keydown", (event) => { if (event.key === "Escape") hideTip(v); });
}

function recolour(v) {
    v.d.colours = isDark() && !v.paper ? PALETTES.dark : PALETTES.light;
    colourKinds(v.d.colourOf);
    drawStrip(v);
    drawSoon(v);
}

// The address ends with # and the number of an event, counted from 1: the page begins there.
function goToHash(v) {
    const number = /^#([0-9]{1,9})$/.exec(location.hash);
    if (number && Number(number[1]) >= 1 && Number(number[1]) <= v.trace.events.length) {
        goToEvent(v, Number(number[1]) - 1);
    }
}

function showHead(trace) {
    const command = trace.command || say("untitled");
    const broken = trace.events[trace.broken];
    const verdict = broken ? say("broken", { text: broken.text }) : trace.result === "held" ? say("held") : say("unfinished");
    document.title = say("title", { command });
    fill("title", element("code", {}, command));
    fill("summary", say("summary", { nodes: trace.nodes.length, messages: milliseconds(trace.messages.length),
        events: milliseconds(trace.events.length), end: milliseconds(trace.end) }) + " ",
        element("span", { class: broken ? "verdict bad" : trace.result === "held" ? "verdict good" : "verdict" }, verdict));
    byId("broken").hidden = !broken;
}

function fillChoices() {
    fill("steps", ...Object.keys(STEPS).map((key) => element("option", { value: key }, say("steps-" + key))));
    fill("speed", ...SPEEDS.map((speed) => element("option", { value: speed, selected: speed === "1" }, speed + " ×")));
}

function startTrace(text) {
    const trace = readTrace(text), v = newView(trace);
    showHead(trace);
    fillChoices();
    showLegend();
    showKinds(v.kinds, (kind, shown) => hideKind(v, kind, shown));
    showAllOf(v, "all");
    layOut(v);
    recolour(v);
    listenToButtons(v);
    listenToRest(v);
    goTo(v, 0, false);
    goToHash(v);
    return v;
}
