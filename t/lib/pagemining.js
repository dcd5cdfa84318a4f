// "Mine from here on" of the page, which node reads before this, with cards that show nothing; for t/ledger-page.bats. The ledger
// on stdin is of an easy chain with a payment in each of its blocks 1, 2 and 3.
const {readFileSync} = require("fs");
const assert = require("assert");

const ledger = makeLedger("x", readFileSync(0, "latin1")), mined = [];
const cards = new Map(ledger.blocks.map(({key}) => [key, {key, root: {focus() {}}, mining: {contains: () => false, replaceChildren() {}}}]));
const document = {activeElement: null}, element = () => ({}), button = element;
texts.set("language", "en");

function announce(text) {
    if (text === "mine.done") {
        mined.push(mining.key);
        assert.ok(mined.length <= ledger.blocks.length, "it mines without end: " + mined.join(" "));
        setImmediate(() => mining.stop || end());
    }
}

const refresh = () => {
    ledger.checked = checkLedger(ledger.blocks, ledger.checked, {now: 1800000000n, signed: checkSignature});
};

// Two have a signature that no longer holds, whatever is mined; the third had only lost its parent.
function end() {
    assert.deepStrictEqual(mined, ledger.blocks.slice(1).map(({key}) => key));
    assert.deepStrictEqual(ledger.checked.results.map(({broken}) => broken), [false, true, true, false]);
}

for (const block of ledger.blocks.slice(1, 3)) {
    putBlock(ledger, withField(block, block.lines.findIndex((line) => line.startsWith("tx ")), 7, "3"), null);
}
refresh();
startMining(ledger, ledger.blocks[1].key, true, refresh);
