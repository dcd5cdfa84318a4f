// SLH-DSA-SHA2-128s (FIPS 205, pure, empty context): whether a signature holds. Nothing but SHA-256: hashes of 16 bytes, 7 layers of
// trees of height 9, 14 FORS trees of height 12, 35 Winternitz chains of 16. Bytes are characters of strings.

const SLH_N = 16;

const bigEndian = (n, bytes) => {
    let text = "";
    for (let i = bytes - 1; i >= 0; i--) {
        text += String.fromCharCode(Number(BigInt(n) >> BigInt(8 * i) & 255n));
    }
    return text;
};

const textOfHex = (hex) => hex.replace(/../g, (pair) => String.fromCharCode(parseInt(pair, 16)));
const numberOfText = (text) => BigInt("0x" + hexOfBytes(bytesOfText(text)));
const sha256Text = (text) => textOfHex(sha256(text));

// The tweakable hash under the compressed address of 22 bytes, for one public seed.
function tweakable(seed) {
    const padded = seed + "\0".repeat(48);
    return (layer, tree, kind, a, b, c, data) => sha256Text(padded + bigEndian(layer, 1) + bigEndian(tree, 8) + bigEndian(kind, 1) +
        bigEndian(a, 4) + bigEndian(b, 4) + bigEndian(c, 4) + data).slice(0, SLH_N);
}

// `count` digits of `bits` bits each.
function digitsOf(text, bits, count) {
    const value = numberOfText(text), whole = 8 * text.length, digits = [];
    for (let i = 1; i <= count; i++) {
        digits.push(Number(value >> BigInt(whole - bits * i) & BigInt((1 << bits) - 1)));
    }
    return digits;
}

// Up a Merkle path; `index` is the leaf's, `first` its offset among all leaves.
function climb(take, node, index, height, first, hashAt) {
    for (let up = 1; up <= height; up++) {
        const sibling = take(), pair = index & 1 ? sibling + node : node + sibling;
        index >>= 1;
        node = hashAt(up, Math.floor(first / 2 ** up) + index, pair);
    }
    return node;
}

function forsRoot(H, take, digest, tree, leaf) {
    let roots = "";
    digitsOf(digest.slice(0, 21), 12, 14).forEach((index, i) => {
        const first = i * 4096, node = H(0, tree, 3, leaf, 0, first + index, take());
        roots += climb(take, node, index, 12, first, (up, at, pair) => H(0, tree, 3, leaf, up, at, pair));
    });
    return H(0, tree, 4, leaf, 0, 0, roots);
}

function layerRoot(H, take, node, layer, tree, leaf) {
    const digits = digitsOf(node, 4, 32), sum = digits.reduce((total, digit) => total + 15 - digit, 0);
    let tops = "";
    [...digits, ...digitsOf(bigEndian(sum << 4, 2), 4, 3)].forEach((digit, i) => {
        let top = take();
        for (let step = digit; step < 15; step++) {
            top = H(layer, tree, 0, leaf, i, step, top);
        }
        tops += top;
    });
    return climb(take, H(layer, tree, 1, leaf, 0, 0, tops), leaf, 9, 0, (up, at, pair) => H(layer, tree, 2, 0, up, at, pair));
}

// key: 64 hex digits; signature: 15,712; message: bytes.
function verifySlhDsa(key, message, signature) {
    const seed = textOfHex(key).slice(0, SLH_N), root = textOfHex(key).slice(SLH_N), bytes = textOfHex(signature);
    let at = 0;
    const take = () => bytes.slice(at, at += SLH_N), H = tweakable(seed), random = take();
    const inner = sha256Text(random + seed + root + "\0\0" + message);
    const digest = sha256Text(random + seed + inner + "\0\0\0\0").slice(0, 30);
    let tree = numberOfText(digest.slice(21, 28)) & (1n << 54n) - 1n, leaf = Number(numberOfText(digest.slice(28)) & 511n);
    let node = forsRoot(H, take, digest, tree, leaf);
    for (let layer = 0; layer < 7; layer++) {
        node = layerRoot(H, take, node, layer, tree, leaf);
        leaf = Number(tree & 511n);
        tree >>= 9n;
    }
    return node === root;
}
