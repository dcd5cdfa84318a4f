// Ed25519 (RFC 8032) with whole numbers of any size. It is for checking and for keys of a class: it takes longer for some
// secrets than for others, so no key that is worth anything belongs here.

const FIELD = 2n ** 255n - 19n;
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

function mod(n) {
    const r = n % FIELD;
    return r < 0n ? r + FIELD : r;
}

function power(base, exponent) {
    let result = 1n;
    for (let square = base; exponent; exponent >>= 1n) {
        if (exponent & 1n) {
            result = result * square % FIELD;
        }
        square = square * square % FIELD;
    }
    return result;
}

function inverse(n) {
    return power(n, FIELD - 2n);
}

const CURVE_D = mod(-121665n * inverse(121666n));
const CURVE_2D = 2n * CURVE_D % FIELD;
const ROOT_OF_MINUS_ONE = power(2n, (FIELD - 1n) / 4n);

// --- Points: [X, Y, Z, T] with x = X/Z, y = Y/Z, xy = T/Z (Hisil, Wong, Carter, Dawson 2008) ---

const NEUTRAL = [0n, 1n, 1n, 0n];

function addPoints([x1, y1, z1, t1], [x2, y2, z2, t2]) {
    const a = (y1 - x1) * (y2 - x2) % FIELD, b = (y1 + x1) * (y2 + x2) % FIELD;
    const c = t1 * CURVE_2D % FIELD * t2 % FIELD, d = 2n * z1 * z2 % FIELD;
    const e = b - a, f = d - c, g = d + c, h = b + a;
    return [e * f % FIELD, g * h % FIELD, f * g % FIELD, e * h % FIELD];
}

function doublePoint([x, y, z]) {
    const a = x * x % FIELD, b = y * y % FIELD, c = 2n * z * z % FIELD;
    const h = a + b, s = x + y, e = h - s * s % FIELD, g = a - b, f = c + g;
    return [e * f % FIELD, g * h % FIELD, f * g % FIELD, e * h % FIELD];
}

function negatePoint([x, y, z, t]) {
    return [-x, y, z, -t];
}

// 0 to 15 times the point.
function multiples(point) {
    const table = [NEUTRAL, point];
    while (table.length < 16) {
        table.push(addPoints(table[table.length - 1], point));
    }
    return table;
}

// n * P + m * Q, given the multiples of P and Q, four bits at a time.
function sumOfProducts(n, ofP, m, ofQ) {
    let sum = NEUTRAL;
    for (let shift = 252n; shift >= 0n; shift -= 4n) {
        if (sum !== NEUTRAL) {
            sum = doublePoint(doublePoint(doublePoint(doublePoint(sum))));
        }
        const i = Number(n >> shift & 15n), j = Number(m >> shift & 15n);
        sum = i ? addPoints(sum, ofP[i]) : sum;
        sum = j ? addPoints(sum, ofQ[j]) : sum;
    }
    return sum;
}

// --- Bytes ---

function bytesOfHex(hex) {
    return Uint8Array.from(hex.match(/../g) || [], (pair) => parseInt(pair, 16));
}

function hexOfBytes(bytes) {
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function numberOfBytes(bytes) {
    return BigInt("0x" + hexOfBytes(Array.from(bytes).reverse()));
}

function hexOfNumber(n) {
    return hexOfBytes(bytesOfHex(n.toString(16).padStart(64, "0")).reverse());
}

function encodePoint([x, y, z]) {
    const over = inverse(mod(z)), px = mod(x * over), py = mod(y * over);
    return hexOfNumber(py | (px & 1n) << 255n);
}

// The point with that encoding, which must be canonical; null if there is none.
function decodePoint(hex) {
    const n = numberOfBytes(bytesOfHex(hex)), sign = n >> 255n, y = n & (1n << 255n) - 1n;
    const u = mod(y * y - 1n), v = mod(CURVE_D * y * y + 1n);
    const v3 = v * v % FIELD * v % FIELD;
    let x = u * v3 % FIELD * power(u * v3 % FIELD * v3 % FIELD * v % FIELD, (FIELD - 5n) / 8n) % FIELD;
    if (v * x % FIELD * x % FIELD !== u) {
        x = x * ROOT_OF_MINUS_ONE % FIELD;
    }
    if (v * x % FIELD * x % FIELD !== u || x === 0n && sign) {
        return null;
    }
    x = (x & 1n) === sign ? x : FIELD - x;
    return [x, y, 1n, x * y % FIELD];
}

// y of the points whose order divides 8: the format refuses them as keys and in signatures.
const SMALL_ORDER = new Set([0n, 1n, FIELD - 1n,
    numberOfBytes(bytesOfHex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")),
    numberOfBytes(bytesOfHex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"))]);

// Canonical, and not of small order.
function isSoundPoint(hex) {
    const y = numberOfBytes(bytesOfHex(hex)) & (1n << 255n) - 1n;
    return y < FIELD && !SMALL_ORDER.has(y);
}

const BASE_MULTIPLES = multiples(decodePoint("5866666666666666666666666666666666666666666666666666666666666666"));

// --- Keys and signatures, as hex digits; messages are strings of bytes ---

function bytesOfText(text) {
    return Uint8Array.from(text, (c) => c.charCodeAt(0));
}

function scalarOf(...parts) {
    const bytes = parts.flatMap((part) => Array.from(part));
    return numberOfBytes(sha512(bytes)) % ORDER;
}

function secretOf(seed) {
    const hash = sha512(bytesOfHex(seed));
    const scalar = numberOfBytes(hash.slice(0, 32)) & (1n << 254n) - 8n | 1n << 254n;
    return {scalar, prefix: hash.slice(32)};
}

// The public key of a seed of 64 hex digits.
function publicKeyOf(seed) {
    return encodePoint(sumOfProducts(secretOf(seed).scalar, BASE_MULTIPLES, 0n, BASE_MULTIPLES));
}

function signEd25519(seed, message) {
    const {scalar, prefix} = secretOf(seed), text = bytesOfText(message);
    const r = scalarOf(prefix, text), point = encodePoint(sumOfProducts(r, BASE_MULTIPLES, 0n, BASE_MULTIPLES));
    const k = scalarOf(bytesOfHex(point), bytesOfHex(publicKeyOf(seed)), text);
    return point + hexOfNumber((r + k * scalar) % ORDER);
}

// Whether the signature holds, by the equation without the cofactor: the encoding of S B - k A is R.
function verifyEd25519(key, message, signature) {
    const point = signature.slice(0, 64), s = numberOfBytes(bytesOfHex(signature.slice(64)));
    if (s >= ORDER || !isSoundPoint(key) || !isSoundPoint(point)) {
        return false;
    }
    const a = decodePoint(key);
    if (a === null) {
        return false;
    }
    const k = scalarOf(bytesOfHex(point), bytesOfHex(key), bytesOfText(message));
    return encodePoint(sumOfProducts(s, BASE_MULTIPLES, k, multiples(negatePoint(a)))) === point;
}
