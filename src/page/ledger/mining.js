// Mining in the page: one block at a time, with progress, until it is found or cancelled.

const mining = {stop: null, key: null};

// If the button that goes away has the focus, the card gets it.
function hideProgress(card) {
    if (card.mining.contains(document.activeElement)) {
        card.root.focus({preventScroll: true});
    }
    card.mining.hidden = true;
}

function cancelMining() {
    if (mining.stop) {
        mining.stop();
        const card = cards.get(mining.key);
        if (card) {
            hideProgress(card);
        }
        mining.stop = null;
        announce(say("mine.cancelled"));
    }
}

const grouped = (n) => n.toLocaleString(say("language"));

function showProgress(card, search, expected) {
    const started = performance.now();
    const bar = element("progress", {max: "1", value: "0", "aria-label": say("mine.label")}), text = element("span", {});
    card.mining.replaceChildren(bar, text, button("cancel", say("do.cancel"), {"aria-keyshortcuts": "Escape"}));
    card.mining.hidden = false;
    return () => {
        const rate = Math.round(search.attempts / Math.max(0.001, (performance.now() - started) / 1000));
        bar.value = search.attempts / (search.attempts + Number(expected));
        text.textContent = say("mine.progress", {attempts: grouped(search.attempts), expected: grouped(expected), rate: grouped(rate)});
    };
}

// Mines the block of that key; then(found block or null) goes on. prepare as prepareBlock gives it.
function mineBlock(card, result, then) {
    const {lines, prefix, target} = prepareBlock(result, result.parent);
    const put = (header) => ({...result.block, lines: [header, ...lines.slice(1)], torn: false});
    if (!prefix) {
        then(put(lines[0]), 0);
        return;
    }
    const search = makeSearch(prefix, target), expected = workOf(target), show = showProgress(card, search, expected);
    let steps = 0;
    announce(say("mine.start", {height: result.parent.height + 1n, expected: grouped(expected)}));
    mining.key = card.key;
    mining.stop = inSlices(() => {
        if (steps++ % 256 === 0) {
            show();
        }
        return searchOn(search);
    }, () => {
        mining.stop = null;
        hideProgress(card);
        then(put(search.found), search.attempts);
    });
}

function descendsFrom(result, key) {
    for (let at = result; at; at = at.parent) {
        if (at.block.key === key) {
            return true;
        }
    }
    return false;
}

// all: this block, and then each block above it that does not hold, once: some have a fault that mining does not mend.
// One undo takes back all of them.
function startMining(ledger, key, all, refresh) {
    const token = "mine " + performance.now(), mined = new Set();
    const next = (at) => {
        mined.add(at);
        const result = ledger.checked.results.find((one) => one.block.key === at);
        mineBlock(cards.get(at), result, (block, attempts) => {
            putBlock(ledger, block, token);
            refresh();
            announce(say("mine.done", {height: result.parent ? result.parent.height + 1n : 0n, attempts}));
            const more = all && ledger.checked.results.find((one) => one.broken && !mined.has(one.block.key) && one.parent && descendsFrom(one, key));
            if (more) {
                next(more.block.key);
            }
        });
    };
    cancelMining();
    next(key);
}
