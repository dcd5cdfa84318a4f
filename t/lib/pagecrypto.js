// The page's Ed25519 and difficulty against the vectors of others, for t/ledger-page.bats; node reads the page's scripts before this.
// Arguments: Wycheproof's file, ed25519-speccheck's, and vectors/asert.
const {readFileSync} = require("fs");
const assert = require("assert");
const [wycheproof, speccheck, asert] = process.argv.slice(2);

// Rows: genesis's target, height and time (since genesis) of the parent, the next target; spacing 600, halflife 86400.
for (const [target, height, time, expected] of readFileSync(asert, "utf8").trim().split("\n").map((row) => row.split(" "))) {
    const rules = {spacing: 600n, halflife: 86400n};
    assert.strictEqual(nextTarget(rules, {time: 0n, target}, {time: BigInt(time), height: BigInt(height)}), expected);
}

// A signature whose S is not below the group's order would be a second one of the same line.
const seed = keyOfWords("demo alice"), once = signEd25519(seed, "a line"), S = numberOfBytes(bytesOfHex(once.slice(64)));
assert.ok(verifyEd25519(publicKeyOf(seed), "a line", once));
assert.ok(!verifyEd25519(publicKeyOf(seed), "a line", once.slice(0, 64) + hexOfNumber(S + ORDER)));

if (wycheproof) {
    for (const {publicKey, tests} of JSON.parse(readFileSync(wycheproof)).testGroups) {
        for (const {tcId, msg, sig, result} of tests) {
            const holds = sig.length === 128 && verifyEd25519(publicKey.pk, textOfHex(msg), sig);
            assert.strictEqual(holds, result === "valid", `Wycheproof ${tcId}`);
        }
    }
    const holds = JSON.parse(readFileSync(speccheck)).map((one) => verifyEd25519(one.pub_key, textOfHex(one.message), one.signature));
    assert.deepStrictEqual(holds.flatMap((one, i) => one ? [i] : []), [3]);
}
