// The genesis block's body: the rules of the chain, its first members and balances (formats: "Genesis").

const REQUIRED_RULES = ["name", "seal", "spacing", "halflife", "reward", "halving", "maxblock", "minfee"];
const OPTIONAL_RULES = ["bytefee", "state", "apart", "finality", "unbonding", "slash", "minstake"];
const ALLOWED_RULES = ["admit", "batch", "policy", "slh-dsa", "sponsor", "stake"];
const SEALS = ["pow", "sign", "bft"];

function readAllow(reader, rules) {
    const what = reader.take();
    if (!ALLOWED_RULES.includes(what)) {
        reader.wrong("genesis.unknown");
    }
    if (rules.allow.has(what)) {
        reader.wrong("genesis.twice");
    }
    rules.allow.add(what);
}

function readValue(reader, name) {
    if (name === "name") {
        return reader.text();
    }
    if (name === "seal") {
        return SEALS.includes(reader.take()) ? reader.fields[2] : reader.wrong("genesis.seal");
    }
    const value = reader.number();
    return value > 0n || !(name === "spacing" || OPTIONAL_RULES.includes(name)) ? value : reader.wrong("genesis.zero");
}

function readRule(line, rules) {
    const reader = new Reader(line);
    reader.word("rule");
    const name = reader.take();
    if (name === "allow") {
        readAllow(reader, rules);
    } else if (!REQUIRED_RULES.includes(name) && !OPTIONAL_RULES.includes(name)) {
        reader.wrong("genesis.unknown");
    } else if (rules.given.has(name)) {
        reader.wrong("genesis.twice");
    } else {
        rules.given.add(name);
        rules[name] = readValue(reader, name);
    }
    reader.end();
}

function readGrant(line, rules, state, supply) {
    const reader = new Reader(line);
    reader.word("grant");
    const who = reader.account(rules);
    if (state.has(who)) {
        reader.wrong("genesis.granted");
    }
    const amount = reader.number();
    if (amount < 1n) {
        reader.wrong("tx.nothing");
    }
    reader.end();
    if (supply + amount > MOST) {
        refuse("supply", {}, 2);
    }
    state.set(who, {have: amount, seq: 0n});
    return supply + amount;
}

function readMember(line) {
    const reader = new Reader(line);
    reader.word("member");
    reader.hash();
    reader.number();
    reader.end();
}

// Rules that go only with each other. What they say of members is not checked here.
function checkRulesTogether(rules) {
    const final = rules.given.has("finality"), stake = rules.allow.has("stake");
    rules.members = rules.seal === "sign" || rules.seal === "bft" || final;
    const apart = rules.given.has("apart") && rules.seal !== "sign";
    const halflife = rules.halflife !== 0n && rules.seal !== "pow";
    const staking = ["unbonding", "slash", "minstake"].some((name) => rules.given.has(name) !== stake);
    const lonely = !rules.members && (stake || rules.allow.has("admit")) || stake && rules.allow.has("admit");
    if (apart || halflife || staking || lonely || rules.seal === "sign" && stake || rules.seal === "bft" && final) {
        refuse("genesis.together");
    }
}

function checkRulesWhole(rules) {
    const missing = REQUIRED_RULES.find((name) => !rules.given.has(name));
    if (missing) {
        refuse("genesis.missing", {name: missing});
    }
    checkRulesTogether(rules);
}

// The rules that a chain has before any is read; those that are missing stand as if nothing were asked for.
function noRules() {
    return {given: new Set(), allow: new Set(), members: false, seal: "pow", name: "-", spacing: 1n, halflife: 0n, reward: 0n,
        halving: 0n, maxblock: MOST, minfee: 0n, bytefee: 0n, state: 0n};
}

// Reads the body: {rules, state}; calls note(line, broken) for each line that breaks a rule, 0 being the header.
function readGenesis(body, note) {
    const rules = noRules(), state = new Map();
    let supply = 0n;
    const each = (word, f) => body.forEach((line, i) => line.split(" ")[0] === word && attempt(note, i + 1, () => f(line)));
    each("rule", (line) => readRule(line, rules));
    attempt(note, 0, () => checkRulesWhole(rules));
    each("member", (line) => readMember(line));
    each("grant", (line) => {
        supply = readGrant(line, rules, state, supply);
    });
    body.forEach((line, i) => attempt(note, i + 1, () => new Reader(line).word("rule", "member", "grant")));
    return {rules, state};
}
