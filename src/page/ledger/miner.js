// Looking for a nonce. The nonce is the header's last field, so all chunks before it are hashed once (the midstate), and an attempt
// costs one compression or two.

const ATTEMPTS_A_STEP = 64;

function makeSearch(prefix, target) {
    const whole = Math.floor(prefix.length / 64) * 64, midstate = SHA256_START.slice();
    for (let at = 0; at < whole; at += 64) {
        loadChunk(prefix, at, 0);
        compress(midstate);
    }
    return {prefix, target, whole, midstate, first: parseInt(target.slice(0, 8), 16), attempts: 0, found: null};
}

// Tries some nonces: true once one is good enough.
function searchOn(search) {
    const state = new Int32Array(8);
    for (let i = 0; i < ATTEMPTS_A_STEP; i++) {
        const text = search.prefix + search.attempts.toString(16);
        state.set(search.midstate);
        finishSha256(state, text, search.whole);
        search.attempts++;
        if (state[0] >>> 0 <= search.first && hexOfWords(state) <= search.target) {
            search.found = text;
            return true;
        }
    }
    return false;
}

// What a miner fills in for a block upon its parent (a result; null: genesis): the state line where it is due, HEIGHT, PREV, ROOT, TARGET
// and COUNT; TIME only if it is not after the median. Gives {lines, prefix, target}: the header's seal is still missing.
function prepareBlock(result, parent) {
    const old = result.block.lines[0].split(" "), body = result.block.lines.slice(1);
    const rules = result.rules || noRules();
    if (parent && rules.state && (parent.height + 1n) % rules.state === 0n && !rules.members) {
        const at = body.findIndex((line) => line.startsWith("state ")), line = ["state", ...stateFields(parent.state, parent.height)].join(" ");
        body.splice(at < 0 ? 0 : at, at < 0 ? 0 : 1, line);
    }
    const root = merkleRoot(body.map(sha256Known)), count = String(body.length);
    if (!parent) {
        return {lines: [["block", "0", ZERO, root, old[4], old[5], ZERO, count, "0"].join(" "), ...body], prefix: null, target: null};
    }
    const median = medianOf(parent.times), time = isNumber(old[4] || "") && BigInt(old[4]) > median ? old[4] : String(median + 1n);
    const target = rules.seal === "pow" ? nextTarget(rules, result.genesis, parent) : old[5];
    const miner = isAccount(old[6] || "") && mayStand(old[6], rules) ? old[6] : parent.miner;
    const prefix = ["block", String(parent.height + 1n), parent.id, root, time, target, miner, count, ""].join(" ");
    return {lines: [prefix, ...body], prefix, target};
}
