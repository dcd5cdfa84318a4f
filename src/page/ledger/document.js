// A ledger that is being edited: its blocks, what was before, and what the rules say of it. An edit puts a new list of blocks in the
// place of the old one; blocks that did not change are the same objects in both.

function makeLedger(name, bytes) {
    const blocks = readBlocks(bytes);
    return {name, blocks, original: blocks, undone: [], done: [], typing: null, checked: null};
}

// typing: a name for what is edited, where letters that are typed one after the other are undone together; else null.
function change(ledger, blocks, typing) {
    if (typing === null || ledger.typing !== typing) {
        ledger.done.push(ledger.blocks);
    }
    ledger.typing = typing;
    ledger.undone = [];
    ledger.blocks = blocks;
}

function putBlock(ledger, block, typing) {
    change(ledger, ledger.blocks.map((old) => old.key === block.key ? block : old), typing);
}

function addBlock(ledger, block) {
    change(ledger, [...ledger.blocks, block], null);
}

function step(ledger, from, to) {
    if (!from.length) {
        return false;
    }
    to.push(ledger.blocks);
    ledger.blocks = from.pop();
    ledger.typing = null;
    return true;
}

const undo = (ledger) => step(ledger, ledger.done, ledger.undone);
const redo = (ledger) => step(ledger, ledger.undone, ledger.done);

function isEdited({blocks, original}) {
    return blocks.length !== original.length || blocks.some((block, i) => block !== original[i]);
}

// A new block upon that one, with nothing in it but what is due, and not mined.
function blockUpon(parent, miner) {
    const time = String(parent.time + parent.rules.spacing);
    const header = ["block", String(parent.height + 1n), parent.id, sha256Known(""), time, parent.target, miner, "0", "0"].join(" ");
    const block = makeBlock([header], parent.block.key);
    const {lines} = prepareBlock({block, rules: parent.rules, genesis: parent.genesis}, parent);
    return {...block, lines: [lines[0] + "0", ...lines.slice(1)]};
}

// A payment at the end of the block, signed if there is a key for it.
function withPayment(result, from, to, keys) {
    const {rules, state, genesis, block} = result, seq = accountIn(state, from).seq;
    const draft = (fee) => ["tx", genesis.id, from, seq, fee, "pay", to, "1", "-", "0".repeat(128)].join(" ");
    const fee = rules.minfee + rules.bytefee * BigInt(draft(rules.minfee).length + 8);
    const line = draft(fee);
    return {...block, lines: [...block.lines, signTx(line, keys) || line]};
}
