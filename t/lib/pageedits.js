// Edits a ledger as the page does, with the page's own scripts, which node reads before this; for t/ledger-page.bats.
// The ledger on stdin is of an easy chain where the key of the words `demo alice` has something.
const {readFileSync} = require("fs");
const assert = require("assert");

const now = BigInt(Math.floor(Date.now() / 1000));
const context = {now, signed: checkSignature};
const bytes = readFileSync(0, "latin1"), ledger = makeLedger("x", bytes), keys = new Map();
const seed = keyOfWords("demo alice"), alice = publicKeyOf(seed);
keys.set(alice, {seed, name: "alice"});

const check = () => {
    ledger.checked = checkLedger(ledger.blocks, ledger.checked, context);
    return ledger.checked;
};
const rules = (result) => result.faults.map(({line, broken}) => `${line} ${broken.rule}`).join(", ");
const whole = (checked) => checked.results.map((result) => `${result.id} ${rules(result)} ${result.broken} ${result.after} ${result.work}`);

// What is known from before an edit gives what a new reading gives.
function agree() {
    const fresh = checkLedger(ledger.blocks, null, context);
    assert.deepStrictEqual(whole(ledger.checked), whole(fresh));
}

function mine(key) {
    const result = check().results.find((one) => one.block.key === key), {lines, prefix, target} = prepareBlock(result, result.parent);
    const search = makeSearch(prefix, target);
    while (!searchOn(search)) {
        // goes on
    }
    putBlock(ledger, {...result.block, lines: [search.found, ...lines.slice(1)]}, null);
}

// --- Nothing is wrong at first, and nothing is lost ---
assert.strictEqual(check().first, null);
assert.strictEqual(writeBlocks(ledger.blocks), bytes);

// --- A payment, signed, in a new block that is mined: verify must take it ---
const tip = ledger.checked.best, added = blockUpon(tip, alice);
addBlock(ledger, added);
assert.match(rules(check().results.at(-1)), /^0 block.work$/);
putBlock(ledger, withPayment(ledger.checked.results.at(-1), alice, ledger.checked.best.miner, keys), null);
assert.match(rules(check().results.at(-1)), /1 block.stray/);
mine(added.key);
assert.strictEqual(check().first, null);
assert.strictEqual(ledger.checked.best.block.key, added.key);
agree();
console.log(writeBlocks(ledger.blocks).slice(0, -1));

// --- Another amount: its signature, and the root; signed again and mined again it holds, and so do those after it ---
const paid = ledger.blocks.findIndex((block) => block.lines.some((line) => line.startsWith("tx ") && line.split(" ")[2] === alice));
const {key, lines} = ledger.blocks[paid], at = lines.findIndex((line) => line.startsWith("tx ") && line.split(" ")[2] === alice);
putBlock(ledger, withField(ledger.blocks[paid], at, 7, "3"), null);
assert.match(rules(check().results[paid]), new RegExp(`^0 block.root, ${at} tx.signature$`));
assert.ok(ledger.checked.results.slice(paid + 1).every((result) => result.after));
agree();
putBlock(ledger, withLine(ledger.blocks[paid], at, signTx(ledger.blocks[paid].lines[at], keys)), null);
assert.match(rules(check().results[paid]), /^0 block.root$/);
mine(key);
assert.strictEqual(check().results[paid].broken, false);
agree();
for (const block of ledger.blocks.slice(paid + 1)) {
    assert.match(rules(check().results.find((one) => one.block.key === block.key)), /block.parent/);
    mine(block.key);
}
assert.strictEqual(check().first, null);
agree();

// --- All of it undone ---
while (undo(ledger)) {
    check();
}
agree();
assert.strictEqual(writeBlocks(ledger.blocks), bytes);
while (redo(ledger)) {
    check();
}
assert.strictEqual(check().first, null);

// --- Letters that are typed one after the other are one edit ---
const before = ledger.done.length;
for (const text of ["1", "12", "123"]) {
    putBlock(ledger, withField(ledger.blocks[1], 0, 4, text), "a field");
}
assert.strictEqual(ledger.done.length, before + 1);

// --- Texts and fields ---
assert.strictEqual(encodeText("-"), "%2D");
assert.strictEqual(decodeText("a%20gift%21"), "a gift!");
assert.strictEqual(decodeText("%41"), null);
assert.strictEqual(seedOfPem(readFileSync(process.argv[2], "latin1")), seed);
