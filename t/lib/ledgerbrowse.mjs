// What a class does with a page of ledger-page, for t/ledger-page.bats: each word is one test of the page that
// t/lib/browser.js opened.
import { readFileSync, writeFileSync } from "fs";

const verdict = 'byId("verdict-text").textContent', statuses = '[...document.querySelectorAll(".card")].map((one) => one.className.split(" ")[1])';
const settled = (status) => `document.querySelector("#verdict.${status}") !== null`;
const field = (card, line, name) => `.card:nth-child(${card}) [data-line="${line}"] [data-field="${name}"]`;
const chosen = (selector) => `document.querySelector(${JSON.stringify(selector)})`;

// Once the card is in view and has its fields.
function once(p, card, selector, deed) {
    return p.until(`(() => {
        document.querySelectorAll(".card")[${card - 1}].scrollIntoView({ behavior: "instant" });
        const one = ${chosen(selector)};
        if (one) { ${deed} }
        return one !== null;
    })()`);
}

// As somebody types: the text of the field is replaced.
async function type(p, card, line, name, text) {
    await once(p, card, field(card, line, name), "one.focus(); one.select();");
    await p.type(text);
}

async function act(p, card, what, line) {
    await once(p, card, `.card:nth-child(${card}) ${line ? `[data-line="${line}"] ` : ""}[data-do="${what}"]`, "one.click();");
}

const colour = (property, selector) => `getComputedStyle(${chosen(selector)})[${JSON.stringify(property)}]`;

// The ratio of contrast of two colours #rrggbb, as WCAG 2.2 defines it.
const CONTRAST = `(one, two) => {
    const light = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
        .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
    const [a, b] = [one, two].map((name) => light(getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim())).sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
}`;

const TESTS = {
    // vectors/good/fork.ledger: blocks 0, 1, 2, 2, 3, 3.
    async edit(p) {
        await p.until(settled("good"));
        await p.same(statuses, ["good", "good", "good", "good", "good", "good"]);
        await p.same(verdict, "Every rule holds. 6 blocks, best tip at height 3.");
        await type(p, 2, 1, 7, "999");
        await p.until(settled("bad"));
        await p.until(`document.querySelectorAll(".card.after").length + document.querySelectorAll(".card.bad").length === 5`);
        await p.same(`${statuses}.slice(0, 2)`, ["good", "bad"]);
        await p.until(`document.querySelectorAll(".card:nth-child(2) .row.bad").length === 3`);
        await p.same(`document.querySelector(".card:nth-child(2) .chip").textContent`, "✗broken");
        await p.same(`[...document.querySelectorAll(".card:nth-child(2) .row:nth-child(2) .faults li")].map((one) => one.textContent)`,
            ["✗The signature by alice does not match what stands before it."]);
        await p.same(`document.querySelector(".card:nth-child(2) .line-id").textContent`, "");
        await p.same(`document.querySelector(".card:nth-child(2) [data-line='1'] .line-id").textContent === sha256(current().blocks[1].lines[1]).slice(0, 16) + "…"`, true);
        await p.same(`document.querySelector('.card:nth-child(2) [aria-invalid="true"]').previousElementSibling.textContent`, "ROOT");
        await p.same(`${verdict}.startsWith("Blocks that do not hold: 5 of 6. First, at line 12: ROOT does not match the lines")`, true);
        await p.until(`byId("announcer").textContent === ${verdict}`);
    },

    async colours(p) {
        for (const scheme of ["light", "dark"]) {
            await p.prefer({ "prefers-color-scheme": scheme });
            const bad = { light: "rgb(179, 32, 28)", dark: "rgb(255, 154, 146)" }[scheme];
            await p.same(colour("borderLeftColor", ".card.bad"), bad);
            await p.same(colour("color", "#verdict"), bad);
            for (const [text, ground, least] of [["text", "ground", 4.5], ["text", "card", 4.5], ["quiet", "ground", 4.5], ["quiet", "card", 4.5],
                ["accent", "card", 4.5], ["accent", "ground", 4.5], ["accent", "accent-ground", 4.5], ["accent", "bad-ground", 4.5],
                ["good", "good-ground", 4.5], ["bad", "bad-ground", 4.5], ["bad", "card", 4.5], ["quiet", "bad-ground", 4.5], ["text", "bad-ground", 4.5],
                ["after", "after-ground", 4.5], ["after", "card", 4.5], ["edge", "card", 3], ["edge", "ground", 3]]) {
                const ratio = await p.value(`(${CONTRAST})("${text}", "${ground}")`);
                if (!(ratio >= least)) {
                    throw new Error(`${scheme}: ${text} on ${ground}: ${ratio}`);
                }
            }
        }
    },

    async undo(p) {
        await p.key("z", true);
        await p.until(settled("good"));
        await p.until(`${statuses}.every((one) => one === "good")`);
        await p.same('byId("undo").disabled', true);
        await p.key("y", true);
        await p.until(settled("bad"));
        await p.value('byId("reset").click()');
        await p.until(settled("good"));
        await p.value('byId("undo").click(); byId("undo").click()');
        await p.until(settled("good"));
        // letters that are typed one by one are one edit, and a space splits a field
        await type(p, 2, 1, 8, "a");
        await p.type("b");
        await p.type(" ");
        await p.type("c");
        await p.until('current().blocks[1].lines[1].includes(" ab c ")');
        await p.same('[document.activeElement.dataset.field, document.activeElement.value]', ["9", "c"]);
        await p.key("z", true);
        await p.until(settled("good"));
        await p.same('byId("undo").disabled', true);
    },

    // The key of a file, a signature, and mining from block 1 on: then it holds again, and verify must say so, too.
    async mine(p, pem, made) {
        await p.files("key-file", [pem]);
        await p.until('page.keys.size === 1');
        await type(p, 2, 1, 7, "6");
        await p.until(settled("bad"));
        await act(p, 2, "sign", 1);
        await p.until('current().checked.results[1].faults.length === 1');
        await act(p, 2, "mine-all");
        await p.until(settled("good"));
        await p.until(`!document.querySelector(".mining:not([hidden])")`);
        writeFileSync(made, await p.value("writeBlocks(current().blocks)"), "latin1");
        await p.value('byId("undo").click()');
        await p.same('current().checked.results[1].faults.length', 1);
        await p.value('byId("redo").click()');
        await p.until(settled("good"));
        // a payment in a new block, with a key of words, which has nothing
        await p.value('byId("key-words").value = "demo alice"; byId("key-form").requestSubmit()');
        await p.until('page.keys.size === 2');
        await p.same(`[...page.keys.keys()][1] === publicKeyOf(sha256("demo alice"))`, true);
        await act(p, 6, "block");
        await p.until(`document.querySelectorAll(".card").length === 7`);
        await act(p, 7, "pay");
        await p.until(`current().blocks[6].lines.length === 2`);
        await act(p, 7, "mine");
        await p.until(settled("good"));
        writeFileSync(made + "2", await p.value("writeBlocks(current().blocks)"), "latin1");
    },

    // A block that nobody can mine: the page answers meanwhile, and Escape ends it.
    async cancel(p) {
        await p.until(settled("good"));
        await act(p, 1, "block");
        await p.until(settled("bad"));
        await act(p, 2, "mine");
        await p.until('document.querySelector("progress") !== null && document.querySelector("progress").value > 0');
        await p.value('window.said = []; new MutationObserver(() => said.push(byId("announcer").textContent)).observe(byId("announcer"), { childList: true })');
        await p.same('document.querySelector(".mining span").textContent.includes("attempts of about")', true);
        await p.key("Escape");
        await p.until('mining.stop === null && said.includes("Mining was cancelled.")');
        await p.same('document.querySelector(".mining:not([hidden])")', null);
    },

    async compare(p) {
        await p.until(settled("good"));
        await p.same('byId("compare").hidden', false);
        await p.same('[...document.querySelectorAll(".sides tbody tr")].map((row) => row.className || row.children[0].textContent)', ["common", "parts", "2", "3", "4"]);
        await p.same('document.querySelector(".parts").textContent', "≠ Here they part, after height 1.");
        await p.same('document.querySelector(".compare-verdict").textContent.includes("reorg.ledger has more")', true);
        await p.value('document.querySelector(\'[data-view="1"]\').click()');
        await p.same('[byId("compare").hidden, byId("blocks").hidden, document.querySelectorAll(".card").length]', [true, false, 7]);
        const tip = await p.value('current().checked.results.indexOf(current().checked.best) + 1');
        await type(p, tip, 0, 4, "1");
        await p.until(settled("bad"));
        await p.value('document.querySelector(\'[data-view="compare"]\').click()');
        await p.until('byId("compare").textContent.includes("What does not hold is left out.")');
        await p.same('[...document.querySelectorAll(".sides tbody th")].some((one) => one.textContent === "4")', false);
        await p.same(`${verdict}.split("\\n").length`, 2);
    },

    // Each of these ledgers in the page: red first at that line, or green. A line of list: FILE LINE, or FILE alone.
    async vectors(p, list) {
        for (const [file, line] of readFileSync(list, "utf8").trim().split("\n").map((one) => one.split(" "))) {
            const bytes = readFileSync(file).toString("base64");
            const [said, first] = await p.value(`(async () => {
                page.ledgers = [makeLedger("x", atob("${bytes}"))];
                showView(0);
                while (page.stopChecking || later.stop) {
                    await new Promise((resolve) => setTimeout(resolve, 2));
                }
                document.activeElement.blur();
                nextFault();
                const row = document.querySelector(".row.bad"), {first} = current().checked;
                return [row ? row.getAttribute("aria-label").split(":")[0] : ${verdict}.slice(0, 16), first ? first.line : 0];
            })()`);
            if (said !== (line ? `Line ${line}` : "Every rule holds") || first !== Number(line || 0)) {
                throw new Error(`${file}: ${said}, ${first}, expected ${line || "green"}`);
            }
        }
    },

    async hostile(p) {
        await p.until(settled("bad"));
        await p.same('[typeof window.pwned, document.scripts.length, document.querySelector("main b, main img, main script")]', ["undefined", 1, null]);
        await p.same('cards.forEach(fillCard), [...document.querySelectorAll("#blocks input")].some((one) => one.value === "onerror=pwned=1>")', true);
    },

    async many(p) {
        await p.same('document.querySelectorAll(".card").length', 1001);
        await p.until(settled("good"));
        await p.same('document.querySelectorAll(".row").length < 200', true);
        await p.value('byId("height").value = "900"; byId("goto").requestSubmit()');
        await p.until('document.activeElement.closest(".card") !== null && document.activeElement.closest(".card").querySelector("h2").textContent === "Block 900"');
        await type(p, 2, 0, 4, "1");
        await p.until(settled("bad"));
        await p.until('document.querySelectorAll(".card.good").length === 1');
        await p.same('document.querySelectorAll(".row").length < 200', true);
        await p.key("z", true);
        await p.until('document.querySelectorAll(".card.good").length === 1001');
    },

    async phone(p) {
        await p.size(360, 740);
        await p.until(settled("good"));
        await p.same("cards.forEach(fillCard), document.scrollingElement.scrollWidth <= 360", true);
        await p.same('[...document.querySelectorAll("main button, header button")].filter((one) => one.offsetHeight > 0 && one.offsetHeight < 24).length', 0);
    },

    // Every input and button has a name, and the keyboard goes from the first to the last.
    async names(p) {
        await p.same(`[...document.querySelectorAll("input, textarea")].filter((one) => !one.labels.length || !one.labels[0].textContent.trim()).length`, 0);
        await p.same(`[...document.querySelectorAll("button")].filter((one) => !one.textContent.trim() && !one.hidden).length`, 0);
        await p.same(`document.querySelectorAll("[data-text]:empty").length`, 0);
        await p.value("document.activeElement.blur(); scrollTo(0, 0)");
        await p.key("Tab");
        await p.same("document.activeElement.className", "skip");
        await p.same('getComputedStyle(document.activeElement).clipPath', "none");
    },

    // Going back field by field: what has the focus is not under the bar.
    async seen(p) {
        await p.size(1100, 700);
        await p.until(settled("good"));
        await once(p, 4, field(4, 0, 1), "one.focus();");
        for (let i = 0; i < 30; i++) {
            await p.value(`(() => {
                const all = [...document.querySelectorAll("main button, main input, main textarea")].filter((one) => one.offsetParent && !one.disabled);
                all[all.indexOf(document.activeElement) - 1].focus();
            })()`);
            await p.until('document.activeElement.getBoundingClientRect().top >= byId("bar").getBoundingClientRect().bottom');
        }
    },

    async paper(p, file) {
        await p.until(settled("good"));
        await p.paper(file);
        await p.same('[...byId("blocks").querySelectorAll("[data-field]")].filter((one) => one.parentElement.dataset.paper !== one.value).length', 0);
    },

    async texts(p) {
        await p.same('[document.documentElement.lang, byId("undo").textContent]', ["de", "Zurück"]);
    },
};

export default async function (p, ...words) {
    while (words.length) {
        const name = words.shift(), test = TESTS[name];
        await test(p, ...words.splice(0, test.length - 1));
    }
}
