// SHA-512 (FIPS 180-4), which Ed25519 is made with. A word of 64 bits is two of 32: high, low.

// The first 64 bits of the fractional parts of roots of primes, as FIPS 180-4 has it, by whole numbers alone.
function rootFraction(prime, degree) {
    const n = BigInt(prime) << BigInt(64 * degree);
    let low = 0n, high = 1n << 70n;
    while (low < high) {
        const middle = low + high + 1n >> 1n;
        if (middle ** BigInt(degree) <= n) {
            low = middle;
        } else {
            high = middle - 1n;
        }
    }
    return BigInt.asUintN(64, low);
}

function firstPrimes(count) {
    const primes = [];
    for (let n = 2; primes.length < count; n++) {
        if (primes.every((p) => n % p)) {
            primes.push(n);
        }
    }
    return primes;
}

function halves(words) {
    return Int32Array.from(words.flatMap((word) => [Number(word >> 32n), Number(word & 0xffffffffn)]));
}

const SHA512_ROUND = halves(firstPrimes(80).map((p) => rootFraction(p, 3)));
const SHA512_START = halves(firstPrimes(8).map((p) => rootFraction(p, 2)));

const wide = new Int32Array(160);

// The sum of words of 64 bits, given as [high, low, high, low, ...], into `into` at `at`.
function sumInto(into, at, ...words) {
    let high = 0, low = 0;
    for (let i = 0; i < words.length; i += 2) {
        high += words[i] >>> 0;
        low += words[i + 1] >>> 0;
    }
    into[at] = high + Math.floor(low / 0x100000000) | 0;
    into[at + 1] = low | 0;
}

function extendWide() {
    for (let i = 32; i < 160; i += 2) {
        const ah = wide[i - 30], al = wide[i - 29], bh = wide[i - 4], bl = wide[i - 3];
        sumInto(wide, i, wide[i - 32], wide[i - 31], wide[i - 14], wide[i - 13],
            (ah >>> 1 | al << 31) ^ (ah >>> 8 | al << 24) ^ ah >>> 7, (al >>> 1 | ah << 31) ^ (al >>> 8 | ah << 24) ^ (al >>> 7 | ah << 25),
            (bh >>> 19 | bl << 13) ^ (bl >>> 29 | bh << 3) ^ bh >>> 6, (bl >>> 19 | bh << 13) ^ (bh >>> 29 | bl << 3) ^ (bl >>> 6 | bh << 26));
    }
}

// One compression of the 32 halves in `wide`, into the sixteen of the state.
function compressWide(state) {
    extendWide();
    const v = state.slice(), one = new Int32Array(2), two = new Int32Array(2);
    for (let i = 0; i < 160; i += 2) {
        const ah = v[0], al = v[1], eh = v[8], el = v[9];
        sumInto(one, 0, v[14], v[15], SHA512_ROUND[i], SHA512_ROUND[i + 1], wide[i], wide[i + 1],
            (eh >>> 14 | el << 18) ^ (eh >>> 18 | el << 14) ^ (el >>> 9 | eh << 23), (el >>> 14 | eh << 18) ^ (el >>> 18 | eh << 14) ^ (eh >>> 9 | el << 23),
            v[12] ^ eh & (v[10] ^ v[12]), v[13] ^ el & (v[11] ^ v[13]));
        sumInto(two, 0,
            (ah >>> 28 | al << 4) ^ (al >>> 2 | ah << 30) ^ (al >>> 7 | ah << 25), (al >>> 28 | ah << 4) ^ (ah >>> 2 | al << 30) ^ (ah >>> 7 | al << 25),
            ah & v[2] ^ v[4] & (ah ^ v[2]), al & v[3] ^ v[5] & (al ^ v[3]));
        v.copyWithin(2, 0, 14);
        sumInto(v, 8, v[8], v[9], one[0], one[1]);
        sumInto(v, 0, one[0], one[1], two[0], two[1]);
    }
    for (let i = 0; i < 16; i += 2) {
        sumInto(state, i, state[i], state[i + 1], v[i], v[i + 1]);
    }
}

// bytes: an array of bytes. Gives 64 bytes.
function sha512(bytes) {
    const padded = new Uint8Array((Math.floor((bytes.length + 16) / 128) + 1) * 128);
    padded.set(bytes);
    padded[bytes.length] = 0x80;
    const view = new DataView(padded.buffer);
    view.setUint32(padded.length - 4, bytes.length << 3);
    const state = SHA512_START.slice();
    for (let at = 0; at < padded.length; at += 128) {
        for (let i = 0; i < 32; i++) {
            wide[i] = view.getInt32(at + 4 * i);
        }
        compressWide(state);
    }
    const out = new DataView(new ArrayBuffer(64));
    state.forEach((word, i) => out.setInt32(4 * i, word));
    return new Uint8Array(out.buffer);
}
