// The page starts here.

function saveLedger() {
    const bytes = Uint8Array.from(writeBlocks(current().blocks), (c) => c.charCodeAt(0));
    const url = URL.createObjectURL(new Blob([bytes], {type: "application/octet-stream"}));
    element("a", {href: url, download: current().name.replace(/^.*\//, "") || "ledger"}).click();
    setTimeout(() => URL.revokeObjectURL(url), 60000);
}

function resetLedger() {
    cancelMining();
    change(current(), current().original, null);
    refresh();
    announce(say("edit.reset"));
}

function addKey(seed, name) {
    const account = publicKeyOf(seed);
    page.keys.set(account, {seed, name});
    names.set(account, name);
    cards.forEach((card) => refillCard(card.key));
    refresh();
    announce(say("keys.made", {name, account}));
}

function makeKey(event) {
    event.preventDefault();
    const words = byId("key-words").value, name = byId("key-name").value || words.split(" ").pop();
    if (words) {
        addKey(keyOfWords(words), name);
        byId("key-form").reset();
    }
}

async function readKeyFile(event) {
    const file = event.target.files[0], seed = file ? seedOfPem(await file.text()) : null;
    if (seed) {
        addKey(seed, byId("key-name").value || file.name.replace(/\.key$/, ""));
    } else if (file) {
        announce(say("keys.bad"));
        byId("key-list").replaceChildren(element("li", {}, say("keys.bad")));
    }
    event.target.value = "";
}

function showView(shown) {
    cancelMining();
    page.shown = shown;
    const compare = shown === "compare";
    byId("blocks").hidden = compare;
    byId("strip").hidden = compare;
    byId("compare").hidden = !compare;
    byId("tools").hidden = compare;
    byId("goto").hidden = compare;
    byId("intro").hidden = compare;
    byId("title").textContent = compare ? say("compare.title", {left: page.ledgers[0].name, right: page.ledgers[1].name}) : current().name;
    for (const one of byId("views").children) {
        one.setAttribute("aria-pressed", String(one.dataset.view === String(shown)));
    }
    refresh();
}

function makeViews() {
    if (page.ledgers.length < 2) {
        return;
    }
    const view = (name, text) => element("button", {type: "button", "data-view": name, on: {click: () => showView(name)}}, text);
    byId("views").append(...page.ledgers.map((ledger, i) => view(i, say("view.ledger", {name: ledger.name}))), view("compare", say("view.compare")));
}

// Typing outside the blocks, as of a key's words, has an undo of its own; a comparison has no tools.
function isForLedger({target}) {
    return page.shown !== "compare" && (!/^(?:INPUT|TEXTAREA)$/.test(target.tagName) || target.closest("#blocks") !== null);
}

function shortcut(event) {
    const letter = event.key.toLowerCase();
    if (event.key === "Escape") {
        cancelMining();
    } else if ((event.ctrlKey || event.metaKey) && !event.altKey && (letter === "z" || letter === "y") && isForLedger(event)) {
        event.preventDefault();
        letter === "y" || event.shiftKey ? back(redo, "edit.redone") : back(undo, "edit.undone");
    }
}

function listen() {
    byId("blocks").addEventListener("input", typed);
    byId("blocks").addEventListener("focusout", () => {
        current().typing = null;
    });
    byId("blocks").addEventListener("click", pressed);
    byId("strip").addEventListener("click", (event) => event.target.dataset.key && goTo(Number(event.target.dataset.key), 0));
    byId("undo").addEventListener("click", () => back(undo, "edit.undone"));
    byId("redo").addEventListener("click", () => back(redo, "edit.redone"));
    byId("reset").addEventListener("click", resetLedger);
    byId("goto").addEventListener("submit", goToHeight);
    byId("save").addEventListener("click", saveLedger);
    byId("next").addEventListener("click", nextFault);
    byId("key-form").addEventListener("submit", makeKey);
    byId("key-file").addEventListener("change", readKeyFile);
    byId("balances").addEventListener("toggle", () => showBalances(current().checked));
    document.addEventListener("keydown", shortcut);
    window.addEventListener("beforeprint", fillForPaper);
    window.addEventListener("scroll", () => requestAnimationFrame(showHere), {passive: true});
    new ResizeObserver(showBarHeight).observe(byId("bar"));
}

function readLedgers() {
    const called = [...document.querySelectorAll("pre.name")].map(textOf);
    return [...document.querySelectorAll("pre.ledger")].map((pre, i) => makeLedger(readable(called[i]), bytesOf(pre)));
}

function start() {
    startTexts();
    document.querySelectorAll("pre.names").forEach((pre) => readNames(bytesOf(pre)));
    page.ledgers = readLedgers();
    const name = page.ledgers.map((ledger) => ledger.name).join(" / ");
    document.title = say("title", {name});
    makeViews();
    listen();
    showView(page.ledgers.length > 1 ? "compare" : 0);
}

start();
