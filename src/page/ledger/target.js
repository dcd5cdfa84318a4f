// Difficulty: the next target by ASERT, anchored at genesis (formats: "pow: proof of work"), and what a target costs.

const ALL = 2n ** 256n;

const targetText = (n) => n.toString(16).padStart(64, "0");

// genesis: {time, target}, parent: {time, height}, rules: {spacing, halflife}.
function nextTarget(rules, genesis, parent) {
    if (rules.halflife === 0n) {
        return genesis.target;
    }
    const drift = parent.time - genesis.time - rules.spacing * parent.height;
    const exponent = drift * 65536n / rules.halflife;
    const fraction = exponent & 65535n, shift = (exponent >> 16n) - 16n;
    const factor = 65536n + (195766423245049n * fraction + 971821376n * fraction ** 2n + 5127n * fraction ** 3n + 2n ** 47n >> 48n);
    const scaled = BigInt("0x" + genesis.target) * factor;
    const next = shift < -400n ? 0n : shift > 400n ? ALL : shift < 0n ? scaled >> -shift : scaled << shift;
    return targetText(next < 1n ? 1n : next >= ALL ? ALL - 1n : next);
}

// How many attempts a block takes on average, which is what it weighs.
function workOf(target) {
    return ALL / (BigInt("0x" + target) + 1n);
}
