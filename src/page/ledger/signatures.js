// Signatures take a millisecond or two each, so they are checked one by one, while the page is in use; what is known is kept.

const knownSignatures = new Map();

const signatureName = (job) => `${job.who} ${job.message} ${job.signature}`;

// Whether that signature holds; null if it has not been checked yet.
function signatureHolds(job) {
    const known = knownSignatures.get(signatureName(job));
    return known === undefined ? null : known;
}

function checkSignature(job) {
    const name = signatureName(job);
    if (!knownSignatures.has(name)) {
        const verify = job.who[0] === "s" ? verifySlhDsa : verifyEd25519;
        knownSignatures.set(name, verify(job.who[0] === "s" ? job.who.slice(1) : job.who, job.message, job.signature));
    }
    return knownSignatures.get(name);
}
