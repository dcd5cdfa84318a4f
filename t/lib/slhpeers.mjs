// slhpeers.mjs: what others make of SLH-DSA-SHA2-128s. Installed by t/lib/slhpeers.sh, which says more.
//
//     noble SEEDS MESSAGE                 "KEY SIGNATURE" of @noble/post-quantum, in hex, deterministic
//     openssl-here                        whether node's OpenSSL has SLH-DSA: status 0 or 77
//     openssl-verify KEYFILE MESSAGE SIGNATURE   yes or no: the key is in PKCS #8, the others in hex
//     openssl-sign KEYFILE MESSAGE        a signature in hex
//     openssl-key                         a new key in PKCS #8
//     time noble|openssl COUNT            microseconds of COUNT signatures, then of COUNT verifications
import { createRequire } from 'node:module';
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';

const bytes = (hex) => new Uint8Array(Buffer.from(hex, 'hex'));
const hex = (b) => Buffer.from(b).toString('hex');
const noble = async () => {
    const at = createRequire(process.env.NODE_PATH + '/').resolve('@noble/post-quantum/slh-dsa.js');
    return (await import(at)).slh_dsa_sha2_128s;
};
const read = (file) => createPrivateKey(readFileSync(file));

const timed = async (who, count) => {
    const message = bytes('00'.repeat(200));
    let ask, answer, s;
    if (who === 'noble') {
        const scheme = await noble();
        const key = scheme.keygen(new Uint8Array(48));
        ask = () => scheme.sign(message, key.secretKey, { extraEntropy: false });
        answer = () => scheme.verify(s, message, key.publicKey);
    } else {
        const key = generateKeyPairSync('slh-dsa-sha2-128s');
        ask = () => sign(null, message, key.privateKey);
        answer = () => verify(null, message, key.publicKey, s);
    }
    s = ask();
    for (const f of [ask, answer])
        for (let i = 0; i < count; i++) {
            const begin = process.cpuUsage();
            f();
            const used = process.cpuUsage(begin);
            console.log(used.user + used.system);
        }
};

const [what, ...words] = process.argv.slice(2);
if (what === 'noble') {
    const scheme = await noble();
    const key = scheme.keygen(bytes(words[0]));
    const s = scheme.sign(bytes(words[1]), key.secretKey, { extraEntropy: false });
    console.log(hex(key.publicKey), hex(s));
} else if (what === 'openssl-here') {
    try {
        generateKeyPairSync('slh-dsa-sha2-128s');
    } catch {
        process.exit(77);
    }
} else if (what === 'openssl-verify') {
    const key = createPublicKey(read(words[0]));
    console.log(verify(null, bytes(words[1]), key, bytes(words[2])) ? 'yes' : 'no');
} else if (what === 'openssl-sign') {
    console.log(hex(sign(null, bytes(words[1]), read(words[0]))));
} else if (what === 'openssl-key') {
    const { privateKey } = generateKeyPairSync('slh-dsa-sha2-128s');
    process.stdout.write(privateKey.export({ type: 'pkcs8', format: 'pem' }));
} else if (what === 'time') {
    await timed(words[0], Number(words[1]));
} else {
    process.exit(2);
}
