// SHA-256 (FIPS 180-4) of strings whose characters are bytes.

const ROUND_CONSTANTS = new Int32Array([
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2]);

const SHA256_START = new Int32Array([
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19]);

const schedule = new Int32Array(64);

function extendSchedule() {
    for (let i = 16; i < 64; i++) {
        const a = schedule[i - 15], b = schedule[i - 2];
        const s0 = (a >>> 7 | a << 25) ^ (a >>> 18 | a << 14) ^ a >>> 3;
        const s1 = (b >>> 17 | b << 15) ^ (b >>> 19 | b << 13) ^ b >>> 10;
        schedule[i] = schedule[i - 16] + s0 + schedule[i - 7] + s1 | 0;
    }
}

// One compression of the 16 words that stand in `schedule`, into the eight words of the state.
function compress(state) {
    extendSchedule();
    let a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
    for (let i = 0; i < 64; i++) {
        const s1 = (e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7);
        const t1 = h + s1 + (g ^ e & (f ^ g)) + ROUND_CONSTANTS[i] + schedule[i] | 0;
        const s0 = (a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10);
        const t2 = s0 + (a & b ^ c & (a ^ b)) | 0;
        h = g; g = f; f = e; e = d + t1 | 0;
        d = c; c = b; b = a; a = t1 + t2 | 0;
    }
    state[0] += a; state[1] += b; state[2] += c; state[3] += d;
    state[4] += e; state[5] += f; state[6] += g; state[7] += h;
}

// Puts 64 bytes of the padded text into `schedule`: the text, a bit 1, zeros, and in the last 8 bytes the length in bits.
function loadChunk(text, start, total) {
    for (let i = 0; i < 16; i++) {
        let word = 0;
        for (let at = start + 4 * i; at < start + 4 * i + 4; at++) {
            word = word << 8 | (at < text.length ? text.charCodeAt(at) : at === text.length ? 0x80 : 0);
        }
        schedule[i] = word;
    }
    if (start + 64 === total) {
        schedule[14] = Math.floor(text.length / 0x20000000);
        schedule[15] = text.length << 3;
    }
}

// Continues a state that has taken in the first `start` bytes of the text, a multiple of 64.
function finishSha256(state, text, start) {
    const total = (Math.floor((text.length + 8) / 64) + 1) * 64;
    for (let at = start; at < total; at += 64) {
        loadChunk(text, at, total);
        compress(state);
    }
    return state;
}

function hexOfWords(words) {
    let hex = "";
    for (const word of words) {
        hex += (word >>> 0).toString(16).padStart(8, "0");
    }
    return hex;
}

// The hash in 64 lowercase hex digits.
function sha256(text) {
    return hexOfWords(finishSha256(SHA256_START.slice(), text, 0));
}

// The same hash again is looked up: most lines do not change between two checks.
const knownHashes = new Map();

function sha256Known(text) {
    let hash = knownHashes.get(text);
    if (hash === undefined) {
        hash = sha256(text);
        if (knownHashes.size > 200000) {
            knownHashes.clear();
        }
        knownHashes.set(text, hash);
    }
    return hash;
}
