// Transactions: their form, and what a payment does (formats: "tx").

const CRIME_FIELDS = {vote: 8, proposal: 8, attest: 8, block: 9};

function readPayments(reader, rules) {
    const pays = [];
    do {
        pays.push({to: reader.account(rules), amount: reader.number()});
        if (pays[pays.length - 1].amount < 1n) {
            reader.wrong("tx.nothing");
        }
    } while (pays.length < 257 && isAccount(reader.peek() || ""));
    if (pays.length > 256) {
        reader.wrong("tx.batch");
    }
    return pays;
}

function readPay(reader, rules) {
    const to = reader.account(rules), amount = reader.number();
    if (amount < 1n) {
        reader.wrong("tx.nothing");
    }
    reader.text();
    return [{to, amount}];
}

// Operations that change who is a member: their form alone.
function readMemberOperation(reader, op) {
    if (op === "admit") {
        reader.hash();
        reader.number();
    } else if (op === "accuse") {
        for (const line of [1, 2]) {
            const count = CRIME_FIELDS[reader.peek()] || line;
            for (let i = 0; i < count; i++) {
                reader.take();
            }
        }
    } else {
        reader.number();
    }
    return null;
}

// The payments; null for what is not checked here.
function readOperation(reader, rules) {
    const op = reader.take();
    if (!["pay", "batch", "stake", "unstake", "admit", "accuse"].includes(op)) {
        reader.wrong("tx.operation");
    }
    const allowed = op === "pay" || (op === "accuse" ? rules.members : rules.allow.has(op === "unstake" ? "stake" : op));
    if (!allowed) {
        reader.wrong("tx.allowed");
    }
    if (op === "batch") {
        reader.text();
        return readPayments(reader, rules);
    }
    return op === "pay" ? readPay(reader, rules) : readMemberOperation(reader, op);
}

function readSponsor(reader, rules, from) {
    if (reader.peek() !== "sponsor") {
        return from;
    }
    reader.take();
    if (!rules.allow.has("sponsor")) {
        reader.wrong("tx.allowed");
    }
    const payer = reader.key(rules);
    return payer === from ? reader.wrong("tx.sponsor") : payer;
}

// Reads a tx line of a chain: {from, seq, fee, payer, pays, signatures}. height: that of its block.
function readTx(line, rules, chain, height) {
    const reader = new Reader(line);
    reader.word("tx");
    if (reader.hash() !== chain) {
        reader.wrong("tx.chain");
    }
    const tx = {from: reader.account(rules), seq: reader.number(), fee: reader.number()};
    tx.pays = readOperation(reader, rules);
    tx.payer = readSponsor(reader, rules, tx.from);
    if (tx.from[0] === "p") {
        readPolicyProof(reader, rules, tx.from, height);
    } else {
        reader.signature(tx.from);
    }
    if (tx.payer !== tx.from) {
        reader.signature(tx.payer);
    }
    reader.end();
    const least = rules.minfee + rules.bytefee * BigInt(line.length);
    if (tx.fee < least) {
        refuse("tx.fee", {fee: tx.fee, least}, 4);
    }
    tx.signatures = reader.signatures;
    return tx;
}

// Changes the state as the transaction says. If somebody has too little, SEQ has grown all the same, so that what comes
// later is judged by itself.
function applyTx(state, tx) {
    const {have, seq} = accountIn(state, tx.from);
    if (tx.seq !== seq) {
        refuse("tx.seq", {seq: tx.seq, expected: seq}, 3);
    }
    state.set(tx.from, {have, seq: seq + 1n});
    debit(state, tx.payer, tx.fee);
    for (const {to, amount} of tx.pays || []) {
        debit(state, tx.from, amount);
        credit(state, to, amount);
    }
}
