// What the page shows, and what is done to it.

const page = {ledgers: [], shown: 0, keys: new Map(), left: 0, stopChecking: null, told: null};

const current = () => page.ledgers[page.shown === "compare" ? 0 : page.shown];

function checkAgain(ledger) {
    const now = BigInt(Math.floor(Date.now() / 1000));
    ledger.checked = checkLedger(ledger.blocks, ledger.checked, {now, signed: signatureHolds});
}

// --- Signatures, little by little ---

function waitingJobs() {
    const jobs = [];
    for (const ledger of page.ledgers) {
        for (const result of ledger.checked.results) {
            for (const job of result.jobs) {
                jobs.push({result, job});
            }
        }
    }
    return jobs.reverse();
}

function checkOne(waiting) {
    const {result, job} = waiting.pop();
    const holds = checkSignature(job);
    result.jobs = result.jobs.filter((one) => one !== job);
    if (!holds) {
        result.stale = true;
    }
    return !holds;
}

function checkSignatures() {
    const waiting = waitingJobs();
    let wrong = false, shown = performance.now();
    page.left = waiting.length;
    if (page.stopChecking) {
        page.stopChecking();
        page.stopChecking = null;
    }
    if (!waiting.length) {
        return;
    }
    page.stopChecking = inSlices(() => {
        wrong = checkOne(waiting) || wrong;
        page.left = waiting.length;
        if (waiting.length && performance.now() - shown > 250) {
            shown = performance.now();
            showStatus();
        }
        return !waiting.length;
    }, () => {
        page.stopChecking = null;
        wrong ? refresh() : showStatus();
    });
}

// --- Showing ---

// An edit tells a screen reader what has become of the ledger once the typing pauses and all signatures are checked.
function tellLater() {
    clearTimeout(page.told);
    page.told = setTimeout(() => page.left ? tellLater() : announce(byId("verdict-text").textContent), 700);
}

function showStatus() {
    const {checked} = current();
    if (page.shown === "compare") {
        showCompare(page.ledgers);
    } else {
        const lanes = lanesOf(checked.results);
        showCards(checked, lanes);
        showStrip(checked, lanes);
    }
    showVerdict(page.shown === "compare" ? page.ledgers : [current()], page.left);
}

function showTools() {
    const ledger = current();
    byId("undo").disabled = !ledger.done.length;
    byId("redo").disabled = !ledger.undone.length;
    byId("reset").disabled = !isEdited(ledger);
}

function refresh() {
    page.ledgers.forEach(checkAgain);
    checkSignatures();
    const {checked} = current();
    showStatus();
    showTools();
    showScope(checked);
    showBalances(checked);
    showKeys(page.keys, checked);
    tellLater();
}

// --- Doing ---

function resultOf(key) {
    return current().checked.results.find((result) => result.block.key === key);
}

// Where in the page something happened: {key, line}.
function placeOf(target) {
    const card = target.closest(".card"), row = target.closest("[data-line]");
    return {key: card ? Number(card.dataset.key) : null, line: row ? Number(row.dataset.line) : null};
}

function typed(event) {
    const {key, line} = placeOf(event.target), {field} = event.target.dataset;
    if (field === undefined || line === null) {
        return;
    }
    const {block} = resultOf(key), text = bytesTyped(event.target.value).replace(/\n/g, ""), typing = `${key} ${line}`;
    cancelMining();
    putBlock(current(), field === "line" ? withLine(block, line, text) : withField(block, line, Number(field), text), typing);
    refresh();
    current().typing = typing; // a row that was replaced lost the focus
}

function signLine(key, line) {
    const {block} = resultOf(key), text = block.lines[line], signed = signTx(text, page.keys), from = text.split(" ")[2];
    if (!signed) {
        byId("keys").open = true;
        byId("key-words").focus();
        announce(say("keys.missing", {name: nameOf(from)}));
        return;
    }
    putBlock(current(), withLine(block, line, signed), null);
    refresh();
    announce(say("sign.done", {line, name: nameOf(from)}));
}

function removeLine(key, line) {
    putBlock(current(), withLine(resultOf(key).block, line, null), null);
    refresh();
    cards.get(key).root.focus({preventScroll: true});
    announce(say("edit.removed", {line}));
}

function removeBlock(key) {
    const ledger = current();
    change(ledger, ledger.blocks.filter((block) => block.key !== key), null);
    refresh();
    byId("blocks").focus({preventScroll: true});
    announce(say("edit.gone"));
}

function addPayment(key) {
    const result = resultOf(key), accounts = [...result.state.keys()];
    const from = [...page.keys.keys()].find((who) => accountIn(result.state, who).have > 0n) || accounts[0] || ZERO;
    const to = accounts.find((who) => who !== from) || from, block = withPayment(result, from, to, page.keys);
    putBlock(current(), block, null);
    refresh();
    goTo(key, block.lines.length - 1);
    announce(say("edit.payment"));
}

function addUpon(key) {
    const parent = resultOf(key), miner = [...page.keys.keys()][0] || (parent.parent ? parent.miner : [...parent.state.keys()][0]);
    const block = blockUpon(parent, miner || ZERO);
    addBlock(current(), block);
    refresh();
    goTo(block.key, 0);
    announce(say("edit.block", {height: parent.height + 1n}));
}

function goToHeight(event) {
    event.preventDefault();
    const {results} = current().checked, text = byId("height").value.trim();
    const result = results.find((one) => String(one.height) === text && !lanesOf(results).get(one.block.key)) || results[results.length - 1];
    goTo(result.block.key, 0);
}

function showMore(key) {
    const card = cards.get(key);
    card.most += 4 * ROWS;
    updateRows(card);
}

const ACTIONS = {
    "sign": signLine,
    "remove": removeLine,
    "remove-block": removeBlock,
    "pay": addPayment,
    "block": addUpon,
    "more": showMore,
    "mine": (key) => startMining(current(), key, false, refresh),
    "mine-all": (key) => startMining(current(), key, true, refresh),
    "cancel": () => cancelMining(),
};

function pressed(event) {
    const target = event.target.closest("[data-do]");
    if (target) {
        const {key, line} = placeOf(target);
        if (target.dataset.do !== "cancel") {
            cancelMining();
        }
        ACTIONS[target.dataset.do](key, line);
    }
}

function back(doIt, text) {
    cancelMining();
    if (doIt(current())) {
        refresh();
        announce(say(text));
    }
}

function nextFault() {
    const {checked} = current(), at = placeOf(document.activeElement || document.body);
    const all = checked.results.flatMap((result, i) => result.faults.map((fault) => ({key: result.block.key, line: fault.line, order: checked.starts[i] + fault.line})))
        .sort((a, b) => a.order - b.order);
    const here = checked.results.findIndex((result) => result.block.key === at.key), order = here < 0 ? 0 : checked.starts[here] + (at.line || 0);
    const next = all.find((fault) => fault.order > order) || all[0];
    if (next) {
        goTo(next.key, next.line);
    }
}
