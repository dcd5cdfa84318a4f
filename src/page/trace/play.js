// The page plays: the present moves on by itself. A view `v` is described in view.js.

function pause(v) {
    v.playing = false;
    byId("play").textContent = say("play");
}

// Moves the present to this height, and says what has happened by then.
function moveTo(v, y) {
    v.y = Math.min(y, v.d.layout.height);
    const t = timeOf(v.d.layout, v.y + 1e-6), upTo = countUpTo(v.d.times, t + 1e-6) - 1;
    if (upTo !== v.upTo) {
        v.upTo = Math.max(0, upTo);
        v.position = Math.max(0, countUpTo(v.shown, v.upTo) - 1);
        show(v);
        markListed(v.position, false);
    }
    if (v.y + HEAD + 12 - byId("scroller").scrollTop > v.d.height * 0.6) {
        byId("scroller").scrollTop = v.y + HEAD + 12 - v.d.height * 0.6;
    }
    drawSoon(v);
}

// One picture of many; or, for those who want no motion, one step of many.
function playOn(v, turn, before, now) {
    if (!v.playing || turn !== v.turn) {
        return;
    }
    const part = Math.min(0.1, (now - before) / 1000) * PX_PER_SECOND * Number(byId("speed").value);
    moveTo(v, v.y + part);
    if (v.y >= v.d.layout.height) {
        pause(v);
        return;
    }
    requestAnimationFrame((next) => playOn(v, turn, now, next));
}

function stepOn(v, turn) {
    if (!v.playing || turn !== v.turn) {
        return;
    }
    const next = v.position + 1;
    if (next < v.shown.length) {
        goTo(v, next, false);
        resume(v);
        setTimeout(() => stepOn(v, turn), 900 / Number(byId("speed").value));
    } else {
        pause(v);
    }
}

function resume(v) {
    v.playing = true;
    byId("play").textContent = say("pause");
}

function play(v) {
    if (v.playing) {
        pause(v);
        return;
    }
    if (v.y >= v.d.layout.height) {
        goTo(v, 0, false);
    }
    resume(v);
    const turn = ++v.turn;
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
        stepOn(v, turn);
    } else {
        requestAnimationFrame((now) => requestAnimationFrame((next) => playOn(v, turn, now, next)));
    }
}
