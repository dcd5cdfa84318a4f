// What is under the pointer in the diagram of draw.js, and what the page shows of it.

function distanceTo(s, x, y) {
    const dx = s.x2 - s.x1, dy = s.y2 - s.y1;
    const part = Math.max(0, Math.min(1, ((x - s.x1) * dx + (y - s.y1) * dy) / (dx * dx + dy * dy || 1)));
    return Math.hypot(x - s.x1 - part * dx, y - s.y1 - part * dy);
}

// The nearest mark or message within reach: {event} or {message}, or null.
function under(d, x, y, reach) {
    let best = null, least = reach;
    for (const spot of d.spots) {
        const distance = Math.hypot(x - spot.x, y - spot.y);
        if (distance < least) {
            least = distance;
            best = { event: spot.event };
        }
    }
    for (const s of d.segments) {
        const distance = distanceTo(s, x, y);
        if (distance < least) {
            least = distance;
            best = { message: s.message };
        }
    }
    return best;
}

function hideTip(v) {
    byId("tip").hidden = true;
    v.d.over = -1;
    drawSoon(v);
}

function tipText(v, found) {
    if (found.event !== undefined) {
        return [milliseconds(v.trace.events[found.event].t) + " ms: " + eventText(v.trace, v.trace.events[found.event], 200)];
    }
    const m = v.trace.messages[found.message];
    const [end, text] = messageRows(v.trace, m)[4];
    return [say("message-title", { id: m.id, from: v.trace.nodes[m.from], to: v.trace.nodes[m.to] }), element("br"),
        say("sent") + " " + milliseconds(m.sent) + " ms, " + say(end).toLowerCase() + " " + text, element("br"),
        m.text.length > 300 ? m.text.slice(0, 299) + "…" : m.text];
}

function pointAt(v, event) {
    const box = byId("picture").getBoundingClientRect(), x = event.clientX - box.left, y = event.clientY - box.top;
    const found = y > HEAD ? under(v.d, x, y, event.pointerType === "touch" ? 18 : 7) : null;
    if (!found) {
        hideTip(v);
        return null;
    }
    const tip = byId("tip"), scroller = byId("scroller");
    v.d.over = found.message ?? -1;
    tip.replaceChildren(...tipText(v, found));
    tip.hidden = false;
    tip.style.left = Math.max(4, Math.min(x + 14, scroller.clientWidth - tip.offsetWidth - 4)) + "px";
    tip.style.top = (y + 18 + tip.offsetHeight > scroller.clientHeight ? Math.max(HEAD, y - tip.offsetHeight - 10) : y + 18) + "px";
    drawSoon(v);
    return found;
}

function click(v, event) {
    const found = pointAt(v, event);
    if (found) {
        goToEvent(v, found.event ?? v.trace.messages[found.message].first);
    }
}
