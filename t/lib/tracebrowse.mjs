// What a reader does with a page of trace-page, for t/trace-page.bats: each word is one test of the page that
// t/lib/browser.js opened.
const now = 'byId("now").textContent';
const details = 'byId("details").textContent';

const TESTS = {
    // The page of the trace that t/trace-page.bats writes.
    async steps(p) {
        await p.same(now, "0 ms · event 1 of 31");
        await p.same('byId("previous").disabled', true);
        for (let i = 0; i < 5; i++) {
            await p.press("next");
        }
        await p.same(now, "10 ms · event 6 of 31");
        await p.same('byId("announcer").textContent', "10 ms, event 6 of 31: n1 sends n2 message 1: vote 1 / 0 <0>");
        await p.same('byId("position").getAttribute("aria-valuetext")', "10 ms, event 6 of 31: n1 sends n2 message 1: vote 1 / 0 <0>");
        await p.same('[...byId("details").querySelectorAll("dd")].map((one) => one.textContent)',
            ["n1 sends n2 message 1: vote 1 / 0 <0>", "vote", "n1", "n2", "10 ms", "12 ms", "vote 1\n0 <0>"]);
        await p.same('byId("list").querySelector("[aria-current]").textContent', "10 msn1 sends n2 message 1: vote 1 / 0 <0>");
        await p.press("previous");
        await p.same(now, "10 ms · event 5 of 31");
        await p.press("last");
        await p.same('byId("next").disabled', true);
        await p.same('[...byId("nodes").querySelectorAll("tbody tr")].map((row) => row.children[2].textContent)', ["follower, voted for n1", "voted for n1", "leader"]);
    },

    async broken(p) {
        await p.press("broken");
        await p.same(now, "350 ms · event 30 of 31");
        await p.same('byId("summary").textContent.includes("Broken: order n1 & n2 <differ>.")', true);
        await p.same('document.querySelector("script:not(:last-of-type), b")', null);
    },

    async filter(p) {
        await p.value('byId("steps").value = "commits"; byId("steps").dispatchEvent(new Event("change"))');
        await p.same('byId("list").children.length', 3);
        await p.same(now, "30 ms · event 1 of 3");
        await p.value('byId("steps").value = "all"; byId("steps").dispatchEvent(new Event("change"))');
        await p.same(now, "30 ms · event 18 of 31");
        await p.value('byId("kinds").querySelector("input").click()'); // no more votes
        await p.same('byId("list").textContent.includes("message 1")', false);
    },

    async keys(p) {
        await p.value('byId("scroller").focus()');
        await p.key("ArrowRight");
        await p.key("ArrowRight");
        await p.same(now, "0 ms · event 3 of 31");
        await p.key("b");
        await p.same(now, "350 ms · event 30 of 31");
        await p.key("Home");
        const before = await p.value('byId("tall").offsetHeight');
        for (let i = 0; i < 4; i++) {
            await p.key("+");
        }
        if (await p.value('byId("tall").offsetHeight') <= before) {
            throw new Error("plus does not zoom");
        }
        await p.value('byId("list").querySelector("[aria-current]").focus()');
        await p.key("ArrowDown");
        await p.same(now, "0 ms · event 2 of 31");
        await p.same('document.activeElement === byId("list").querySelector("[aria-current]")', true);
        // every control can be reached, and has a name
        await p.same('[...document.querySelectorAll("button, select, input, [tabindex]")].filter((one) => !(one.textContent.trim() || one.ariaLabel || one.labels?.length)).length', 0);
    },

    async pointer(p) {
        await p.press("last");
        await p.press("first");
        await p.until('!view.due && view.d.top === byId("scroller").scrollTop');
        const m = await p.value(`(() => { const s = segmentOf(view.d, view.trace.messages[2]), box = byId("picture").getBoundingClientRect();
            return { x: box.left + 0.2 * s.x1 + 0.8 * s.x2, y: box.top + 0.2 * s.y1 + 0.8 * s.y2 }; })()`);
        await p.pointer("move", m.x, m.y);
        await p.until('!byId("tip").hidden');
        await p.same('byId("tip").textContent', "Message 3: n2 to n1Sent 12 ms, received 15 msvoted 1 yes");
        await p.key("Escape");
        await p.same('byId("tip").hidden', true);
        await p.click(m.x, m.y);
        await p.same(now, "12 ms · event 9 of 31");
    },

    // It plays to the end, through every state, and stops there; with less motion, too.
    async play(p) {
        await p.value('byId("speed").value = "8"');
        await p.value('window.seen = new Set(); new MutationObserver(() => seen.add(byId("now").textContent)).observe(byId("now"), { childList: true })');
        await p.press("play");
        await p.same('byId("play").textContent', "Pause");
        await p.until('byId("play").textContent === "Play"');
        await p.same(now, "350 ms · event 31 of 31");
        if (await p.value("seen.size") < 5) {
            throw new Error("it jumps to the end: " + await p.value("[...seen]"));
        }
        await p.press("play");
        await p.press("play");
        await p.same('byId("play").textContent', "Play");
    },

    async calm(p) {
        await p.prefer({ "prefers-reduced-motion": "reduce" });
        await TESTS.play(p);
    },

    // The page of a long run: of many messages only those in the window are drawn, wherever it is.
    async many(p) {
        const count = await p.value("view.trace.messages.length");
        if (count < 2000) {
            throw new Error("only " + count + " messages");
        }
        const end = await p.value("view.trace.events.length");
        await p.open("#" + Math.floor(end / 2));
        await p.same("view.position", Math.floor(end / 2) - 1);
        for (const part of [0.1, 0.3, 0.5, 0.7, 0.9]) {
            await p.value(`byId("position").value = ${Math.floor(part * end)}; byId("position").dispatchEvent(new Event("input")); draw(view)`);
            const drawn = await p.value("view.d.segments.length");
            if (drawn === 0 || drawn > 400) {
                throw new Error(drawn + " messages are drawn at " + part);
            }
            await p.same("byId('list').children.length <= 100", true);
        }
        const took = await p.value('(() => { const from = performance.now(); for (let i = 0; i < 50; i++) draw(view); return (performance.now() - from) / 50; })()');
        console.log(took.toFixed(1) + " ms a picture of " + count + " messages");
    },

    // Nothing overflows its page, from phone to desk, and text on its ground has the contrast that WCAG asks for.
    async sizes(p) {
        for (const [width, scheme] of [[360, "light"], [768, "dark"], [1280, "dark"], [1280, "light"]]) {
            await p.size(width, 900);
            await p.prefer({ "prefers-color-scheme": scheme });
            await p.until("document.documentElement.clientWidth === " + width);
            await p.same("document.documentElement.scrollWidth <= document.documentElement.clientWidth", true);
            await p.same(`Object.values(PALETTES).flatMap((one) => [one.text, one.quiet, one.accent, one.bad, one.commit, ...one.kinds].filter((colour) => {
                const light = (hex) => { const [r, g, b] = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255)
                    .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
                const [a, b] = [light(colour), light(one.ground)].sort((x, y) => y - x);
                return (a + 0.05) / (b + 0.05) < 4.5;
            }))`, []);
        }
    },

    async hostile(p) {
        const end = await p.value("view.trace.events.length");
        for (let i = 0; i < end; i++) {
            await p.value(`goTo(view, ${i}, true); draw(view)`);
        }
        await p.same('document.title.startsWith("Trace: ")', true);
        await p.same('document.querySelectorAll("script, img").length', 1);
    },

    // The picture in README.md: into the file picture.png.
    async picture(p) {
        await p.size(1200, 800);
        await p.open("?#275");
        await p.press("zoom-out");
        await p.value("draw(view)");
        await p.picture("picture.png");
    },

    async texts(p) {
        await p.same('document.documentElement.lang + " " + byId("play").textContent', "de Abspielen");
    },
};

export default async function (p, ...words) {
    for (const word of words) {
        await p.size(1280, 1000);
        await p.prefer({ "prefers-reduced-motion": "no-preference", "prefers-color-scheme": "light" });
        await p.open("?" + word);
        await TESTS[word](p).catch((e) => { throw new Error(word + ": " + e.message); });
    }
}
