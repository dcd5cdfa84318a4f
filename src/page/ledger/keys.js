// Keys that the class made, in the page's memory alone: account -> {seed, name}.

// The bytes of what is typed.
const bytesTyped = (text) => Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");

// A key of words: as `keygen -s WORDS` makes it.
const keyOfWords = (words) => sha256(bytesTyped(words));

// The seed in a private key file: PKCS #8, not encrypted, as `openssl genpkey -algorithm ed25519` writes it (RFC 8410); null if it is
// none of these.
function seedOfPem(pem) {
    const found = /-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END PRIVATE KEY-----/.exec(pem);
    if (!found) {
        return null;
    }
    let bytes;
    try {
        bytes = atob(found[1].replace(/\s/g, ""));
    } catch (notBase64) {
        return null;
    }
    const hex = hexOfBytes(bytesOfText(bytes)), head = "302e020100300506032b657004220420";
    return hex.length === 96 && hex.startsWith(head) ? hex.slice(32) : null;
}

// The tx line signed anew, by FROM and a sponsor; null if a key is missing, or its proof is a policy's. keys: as above.
function signTx(line, keys) {
    const fields = line.split(" "), sponsor = sponsorOf(fields), signers = [fields[2], ...(sponsor ? [sponsor] : [])];
    if (!signers.every((who) => keys.has(who))) {
        return null;
    }
    let text = unsignedTx(fields).join(" ");
    for (const who of signers) {
        text += " " + signEd25519(keys.get(who).seed, text);
    }
    return text;
}

const OPERATION_ENDS = new Map([["pay", 9], ["stake", 7], ["unstake", 7], ["admit", 8]]);

// Where the operation of a tx ends: the index of the field after its arguments.
function endOfOperation(fields) {
    if (fields[5] === "batch") {
        let at = 7;
        while (isAccount(fields[at] || "")) {
            at += 2;
        }
        return at;
    }
    return OPERATION_ENDS.get(fields[5]) || fields.length;
}

function sponsorOf(fields) {
    const at = endOfOperation(fields);
    return fields[at] === "sponsor" ? fields[at + 1] : null;
}

function unsignedTx(fields) {
    const at = endOfOperation(fields);
    return fields.slice(0, fields[at] === "sponsor" ? at + 2 : at);
}
