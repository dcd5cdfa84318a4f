// Records in plain words. names: account -> what people call it.

const names = new Map();

function readNames(text) {
    for (const line of text.split("\n")) {
        const [word, account, name] = line.split(" ");
        const bytes = word === "key" && isAccount(account || "") ? decodeText(name || "") : null;
        if (bytes) {
            names.set(account, readable(bytes));
        }
    }
}

// Bytes as text: as UTF-8, and what is none as the replacement character.
function readable(bytes) {
    return visible(new TextDecoder().decode(Uint8Array.from(bytes, (c) => c.charCodeAt(0))));
}

function nameOf(account) {
    return names.get(account) || (isAccount(account || "") ? account.slice(0, 8) + "…" : readable(account || "?").slice(0, 12));
}

function memoIn(text) {
    const bytes = decodeText(text || "");
    return bytes ? say("words.memo", {memo: readable(bytes)}) : "";
}

function txInWords(fields) {
    const fee = say("words.fee", {fee: readable(fields[4] || "?")});
    if (fields[5] === "pay") {
        return say("words.pay", {from: nameOf(fields[2]), to: nameOf(fields[6]), amount: readable(fields[7] || "?"), fee, memo: memoIn(fields[8])});
    }
    if (fields[5] === "batch") {
        const count = (endOfOperation(fields) - 7) / 2;
        return say("words.batch", {from: nameOf(fields[2]), count, fee, memo: memoIn(fields[6])});
    }
    return say("words.tx", {from: nameOf(fields[2]), op: readable(fields[5] || "?"), fee});
}

function lineInWords(line) {
    const fields = line.split(" ");
    switch (fields[0]) {
    case "tx": return txInWords(fields);
    case "rule": return say("words.rule", {name: readable(fields[1] || "?"), value: readable(fields.slice(2).join(" "))});
    case "grant": return say("words.grant", {name: nameOf(fields[1]), amount: readable(fields[2] || "?")});
    case "state": return say("words.state", {height: readable(fields[1] || "?"), count: readable(fields[3] || "?")});
    case "member": return say("words.member", {name: nameOf(fields[1]), weight: readable(fields[2] || "?")});
    default: return say("words.line", {word: readable(fields[0]).slice(0, 20)});
    }
}

// The rule that a line breaks; brief: with no more than the first digits of a hash.
function faultInWords(broken, brief) {
    const shown = {};
    for (const [name, value] of Object.entries(broken.values)) {
        const text = String(value);
        shown[name] = name === "account" || brief && isAccount(text) ? nameOf(text) : readable(text);
    }
    return say("rule." + broken.rule, shown);
}

// The names of a line's fields, as the formats have them; the first word has none.
function fieldNames(line) {
    const fields = line.split(" ");
    const known = {block: ["HEIGHT", "PREV", "ROOT", "TIME", "TARGET", "MINER", "COUNT", "SEAL"], rule: ["RULE", "VALUE"],
        grant: ["ACCOUNT", "AMOUNT"], member: ["ACCOUNT", "WEIGHT"], state: ["HEIGHT", "ROOT", "COUNT"]}[fields[0]];
    const list = known || (fields[0] === "tx" ? txFieldNames(fields) : []);
    return fields.map((text, i) => i === 0 ? "" : list[i - 1] || "FIELD");
}

function txFieldNames(fields) {
    const list = ["CHAIN", "FROM", "SEQ", "FEE", "OP"], end = Math.min(endOfOperation(fields), fields.length);
    if (fields[5] === "pay") {
        list.push("TO", "AMOUNT", "MEMO");
    } else if (fields[5] === "batch") {
        list.push("MEMO");
    }
    while (list.length < end - 1) {
        list.push(fields[5] === "batch" ? list.length % 2 ? "AMOUNT" : "TO" : "ARGUMENT");
    }
    if (fields[end] === "sponsor") {
        list.push("WORD", "SPONSOR");
    }
    const policy = (fields[2] || "")[0] === "p";
    while (list.length < fields.length - 1) {
        list.push(policy ? "PROOF" : "SIGNATURE");
    }
    return list;
}
