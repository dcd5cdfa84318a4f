// One block against the rules. What verify(1) refuses is a fault here, at the same line; but the reading goes on, to show
// all that an edit breaks.
//
// The result of a block: {block, faults, parent, id, ids, height, time, target, miner, state, rules, genesis, times, work, jobs,
// broken, after}. faults: {line (0: the header), broken}; jobs: signatures still to be checked; after: it stands upon
// a block that does not hold.

const HEADER_FIELDS = {height: 1, prev: 2, root: 3, time: 4, target: 5, miner: 6, count: 7, seal: 8};

// The body that COUNT speaks of.
const bodyOf = (result) => result.block.lines.slice(1, 1 + Number(result.count));

function readHeader(line, rules) {
    const reader = new Reader(line);
    reader.word("block");
    const header = {height: reader.number(), prev: reader.hash(), root: reader.hash(), time: reader.number(), target: reader.hash(),
        miner: reader.account(rules || noRules()), count: reader.number()};
    if (rules && rules.seal !== "pow") {
        reader.signature(header.miner);
    } else if (!/^[0-9a-f]{1,64}$/.test(reader.take())) {
        reader.wrong("block.seal");
    }
    reader.end();
    if (header.target === ZERO) {
        refuse("block.target.zero", {}, HEADER_FIELDS.target);
    }
    header.signatures = reader.signatures;
    return header;
}

// Bytes, length and spaces of every line.
function checkLines(result, note) {
    const {lines, torn} = result.block;
    lines.forEach((line, i) => {
        const broken = brokenLine(line);
        if (broken) {
            note(i, broken);
        }
    });
    if (torn) {
        note(lines.length - 1, new Broken("line.torn"));
    }
}

function checkBody(result, note) {
    const there = result.block.lines.length - 1, count = Number(result.count);
    if (there < count && !result.block.torn) {
        note(0, new Broken("block.short", {count, there}, HEADER_FIELDS.count));
    }
    for (let i = count + 1; i <= there; i++) {
        note(i, new Broken("block.stray", {count}));
    }
    const body = bodyOf(result), root = merkleRoot(body.map(sha256Known));
    if (root !== result.root && !result.block.torn && !body.some(brokenLine)) {
        note(0, new Broken("block.root", {root}, HEADER_FIELDS.root));
    }
}

function medianOf(times) {
    const sorted = times.slice().sort((a, b) => a < b ? -1 : a > b ? 1 : 0);
    return sorted[Math.floor(sorted.length / 2)];
}

function checkTime(result, note, now) {
    const {rules, time} = result, median = medianOf(result.parent.times);
    const spacings = rules.spacing * (rules.seal === "sign" ? 1n : 12n), ahead = rules.seal === "sign" || spacings > 60n ? spacings : 60n;
    if (time <= median) {
        note(0, new Broken("block.median", {time, median}, HEADER_FIELDS.time));
    }
    if (time > now + ahead) {
        note(0, new Broken("block.future", {time, ahead}, HEADER_FIELDS.time));
    }
}

function checkWork(result, note) {
    if (result.rules.seal !== "pow") {
        return;
    }
    const expected = nextTarget(result.rules, result.genesis, result.parent);
    if (result.target !== expected) {
        note(0, new Broken("block.target", {expected}, HEADER_FIELDS.target));
    }
    if (result.id > result.target) {
        note(0, new Broken("block.work", {id: result.id, target: result.target}, HEADER_FIELDS.seal));
    }
}

function checkPlace(result, note) {
    if (result.height !== result.parent.height + 1n) {
        note(0, new Broken("block.height", {expected: result.parent.height + 1n}, HEADER_FIELDS.height));
    }
}

function checkSize(result, note) {
    const counted = [result.block.lines[0], ...bodyOf(result).filter((line) => line.startsWith("tx "))];
    const size = counted.reduce((sum, line) => sum + line.length + 1, 0);
    if (BigInt(size) > result.rules.maxblock) {
        note(0, new Broken("block.large", {size, most: result.rules.maxblock}));
    }
}

// --- The body of a block that is not genesis ---

const isStateDue = (result) => result.rules.state > 0n && result.height % result.rules.state === 0n;

function readState(line) {
    const reader = new Reader(line);
    reader.word("state");
    reader.number();
    reader.hash();
    reader.number();
    reader.end();
}

function checkState(result, line) {
    readState(line);
    const expected = result.rules.members ? null : stateFields(result.parent.state, result.parent.height);
    const given = line.split(" ").slice(1), differs = expected ? given.findIndex((text, i) => text !== expected[i]) : -1;
    if (differs >= 0) {
        refuse("state." + ["height", "root", "count"][differs], {expected: expected[differs], height: result.parent.height}, differs + 1);
    }
}

// The state line, where it is due. Gives how many of the body's lines are before the transactions.
function checkStatePlace(result, body, votes, note) {
    const is = (line) => line !== undefined && line.startsWith("state ");
    const here = is(body[votes]);
    body.forEach((line, i) => {
        if (is(line) && i !== votes) {
            note(i + 1, new Broken("state.place"));
        }
    });
    if (here && !isStateDue(result)) {
        note(votes + 1, new Broken(result.rules.state ? "state.early" : "state.none", {every: result.rules.state}));
    } else if (here) {
        attempt(note, votes + 1, () => checkState(result, body[votes]));
    } else if (isStateDue(result) && !body.some(is)) {
        note(0, new Broken("state.missing"));
    }
    return here ? votes + 1 : votes;
}

// Lines of members stand first; what they say is not checked here.
function countVotes(result, body) {
    let votes = 0;
    while (result.rules.members && votes < body.length && /^(?:vote|attest) /.test(body[votes])) {
        votes++;
    }
    return votes;
}

// What a line says, from the last time if nothing that it depends on has changed.
function txOf(result, line, index) {
    const {last} = result;
    const known = last && last.txs[index] && last.rules === result.rules && last.genesis.id === result.genesis.id && last.height === result.height;
    result.txs[index] = known ? last.txs[index] : readTx(line, result.rules, result.genesis.id, result.height);
    return result.txs[index];
}

function checkTx(result, line, index, note, signed) {
    const tx = txOf(result, line, index);
    for (const job of tx.signatures) {
        const holds = signed(job);
        if (holds === false) {
            note(index, new Broken("tx.signature", {account: job.who}, job.field));
        } else if (holds === null) {
            result.jobs.push(job);
        }
    }
    if (!result.rules.allow.has("stake")) {
        applyTx(result.state, tx);
        result.fees += tx.fee;
    }
}

function creditMiner(result, note) {
    if (result.rules.allow.has("stake")) {
        return;
    }
    const {rules, height, state} = result, halvings = rules.halving ? height / rules.halving : 0n;
    const reward = halvings > 63n ? 0n : rules.reward >> halvings;
    attempt(note, 0, () => credit(state, result.miner, result.fees + reward));
    if (supplyOf(state) > MOST) {
        note(0, new Broken("supply"));
    }
}

function checkTransactions(result, note, signed) {
    const body = bodyOf(result), votes = countVotes(result, body), first = checkStatePlace(result, body, votes, note);
    result.fees = 0n;
    for (let i = first; i < body.length; i++) {
        if (brokenLine(body[i]) || body[i].startsWith("state ")) {
            continue;
        }
        attempt(note, i + 1, () => checkTx(result, body[i], i + 1, note, signed));
    }
    creditMiner(result, note);
}

// --- Genesis and the others ---

function checkGenesis(result, note) {
    const fields = result.block.lines[0].split(" ");
    const wrong = [["1", "0"], ["2", ZERO], ["6", ZERO], ["8", "0"]].find(([field, text]) => fields[field] !== text);
    if (wrong) {
        note(0, new Broken("genesis.header", {text: wrong[1]}, Number(wrong[0])));
    }
    Object.assign(result, readGenesis(bodyOf(result), note));
    result.genesis = result;
    result.times = [result.time];
    result.work = 0n;
}

function checkNext(result, note, context) {
    const {parent} = result;
    result.state = new Map(parent.state);
    result.times = [...parent.times.slice(-10), result.time];
    result.work = parent.work + (result.rules.seal === "pow" ? workOf(result.target) : 1n);
    checkPlace(result, note);
    checkWork(result, note);
    checkTime(result, note, context.now);
    checkSize(result, note);
    for (const job of result.signatures) {
        const holds = context.signed(job);
        if (holds === false) {
            note(0, new Broken("block.signature", {}, job.field));
        } else if (holds === null) {
            result.jobs.push(job);
        }
    }
    checkTransactions(result, note, context.signed);
}

// What a block that cannot be read passes on to those after it: what its parent had.
function passOn(result) {
    const {parent} = result;
    Object.assign(result, parent ?
        {height: parent.height + 1n, state: parent.state, times: parent.times, work: parent.work, time: parent.time, target: parent.target, miner: ZERO} :
        {height: 0n, state: new Map(), times: [0n], work: 0n, time: 0n, target: ZERO, miner: ZERO, rules: noRules(), genesis: result});
}

// parent: the result of the block before it, or null for genesis; context: {now (seconds), signed(job): true, false or null if
// that is not known yet, place: faults of its place in the file, last: what this gave for the same block before, or null}.
function checkBlock(block, parent, context) {
    const result = {block, parent, faults: [], jobs: [], id: sha256Known(block.lines[0]), rules: parent ? parent.rules : null,
        genesis: parent ? parent.genesis : null, readable: false, txs: [], last: context.last};
    const note = (line, broken) => result.faults.push({line, broken});
    context.place.forEach((broken) => note(0, broken));
    checkLines(result, note);
    attempt(note, 0, () => {
        if (brokenLine(block.lines[0])) {
            refuse("block.unread");
        }
        Object.assign(result, readHeader(block.lines[0], result.rules), {readable: true});
    });
    if (!result.readable) {
        passOn(result);
    } else {
        checkBody(result, note);
        (parent ? checkNext : checkGenesis)(result, note, context);
    }
    result.last = null;
    result.broken = result.faults.length > 0;
    result.after = parent !== null && (parent.broken || parent.after);
    return result;
}
