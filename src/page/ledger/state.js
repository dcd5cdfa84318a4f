// Who has what: a map from account to {have, seq}; and its root (formats: "State").

function accountIn(state, who) {
    return state.get(who) || {have: 0n, seq: 0n};
}

function credit(state, who, amount) {
    const {have, seq} = accountIn(state, who);
    if (have + amount > MOST) {
        refuse("supply", {});
    }
    if (amount) {
        state.set(who, {have: have + amount, seq});
    }
}

function debit(state, who, amount) {
    const {have, seq} = accountIn(state, who);
    if (amount > have) {
        refuse("overspend", {account: who, have, needs: amount});
    }
    state.set(who, {have: have - amount, seq});
}

function supplyOf(state) {
    let sum = 0n;
    for (const {have} of state.values()) {
        sum += have;
    }
    return sum;
}

// [place as hex digits, hash of the line] of each account that has something or has paid, in the order of their places.
function entriesOf(state) {
    const entries = [];
    for (const [who, {have, seq}] of state) {
        if (have || seq) {
            entries.push([sha256Known("account " + who), sha256Known(`account ${who} ${have} ${seq}`)]);
        }
    }
    return entries.sort((a, b) => a[0] < b[0] ? -1 : 1);
}

const bitOf = (place, depth) => parseInt(place[depth >> 2], 16) >> 3 - (depth & 3) & 1;

function rootOfEntries(entries, depth) {
    if (entries.length < 2) {
        return entries.length ? entries[0][1] : ZERO;
    }
    const cut = entries.findIndex((entry) => bitOf(entry[0], depth)), half = cut < 0 ? entries.length : cut;
    return sha256Known(rootOfEntries(entries.slice(0, half), depth + 1) + " " + rootOfEntries(entries.slice(half), depth + 1));
}

// The fields HEIGHT ROOT COUNT of the line about the state after the block of that height.
function stateFields(state, height) {
    const entries = entriesOf(state);
    return [String(height), rootOfEntries(entries, 0), String(entries.length)];
}
