// Policies and their proofs (formats: "Policies: several signers, time locks, hash locks").

function readBranch(reader, rules) {
    const branch = {signers: Number(reader.number()), keys: [], after: 0n, hash: null};
    while (!["after", "hash", "or", "by", undefined].includes(reader.peek())) {
        const key = reader.key(rules);
        if (branch.keys.length && branch.keys[branch.keys.length - 1] >= key) {
            reader.wrong("policy.order");
        }
        branch.keys.push(key);
    }
    if (branch.keys.length < 1 || branch.keys.length > 16 || branch.signers < 1 || branch.signers > branch.keys.length) {
        reader.wrong("policy.count", {signers: branch.signers, count: branch.keys.length});
    }
    if (reader.peek() === "after") {
        reader.take();
        branch.after = reader.number();
        if (branch.after < 1n) {
            reader.wrong("policy.after");
        }
    }
    if (reader.peek() === "hash") {
        reader.take();
        branch.hash = reader.hash();
    }
    return branch;
}

// Reads `policy ... by`, and checks that it is the account's.
function readPolicy(reader, rules, who) {
    const start = reader.at, branches = [];
    reader.word("policy");
    do {
        branches.push(readBranch(reader, rules));
        if (branches.length > 8) {
            reader.wrong("policy.branches");
        }
    } while (reader.word("or", "by") === "or");
    const account = "p" + sha256Known(reader.fields.slice(start, reader.at - 1).join(" "));
    if (account !== who) {
        refuse("policy.another", {account}, start);
    }
    return branches;
}

// Reads PROOF of a policy's account; its signatures are left in the reader.
function readPolicyProof(reader, rules, who, height) {
    const branches = readPolicy(reader, rules, who), which = reader.number();
    if (which >= BigInt(branches.length)) {
        reader.wrong("policy.branch", {count: branches.length});
    }
    const branch = branches[Number(which)];
    if (height < branch.after) {
        reader.wrong("policy.early", {after: branch.after, height});
    }
    if (branch.hash) {
        reader.word("show");
        if (sha256Known(reader.hash()) !== branch.hash) {
            reader.wrong("policy.preimage");
        }
    }
    let last = "";
    for (let i = 0; i < branch.signers; i++) {
        const key = reader.key(rules);
        if (!branch.keys.includes(key) || key <= last) {
            reader.wrong("policy.signer");
        }
        reader.signature(key);
        last = key;
    }
}
