// dhtnpm.mjs DIR [HOST:PORT...]: a DHT node of npm's bittorrent-dht. DIR/where says where it is. Commands on stdin, one
// a line, are answered by a line each: announce KEY PORT, peers KEY, put TEXT, get TARGET.
import fs from 'fs'
import readline from 'readline'
import { createPublicKey, verify } from 'crypto'

// installed where $DHT_NPM says
const { default: DHT } = await import(process.env.DHT_NPM + '/node_modules/bittorrent-dht/index.js')

const [folder, ...boots] = process.argv.slice(2)
const der = Buffer.from('302a300506032b6570032100', 'hex')
const check = (signature, message, key) =>
  verify(null, message, createPublicKey({ key: Buffer.concat([der, key]), format: 'der', type: 'spki' }), signature)
const dht = new DHT({ bootstrap: boots.length ? boots : false, host: '127.0.0.1', verify: check })
fs.mkdirSync(folder, { recursive: true })
dht.listen(0, '127.0.0.1', () => {
  fs.writeFileSync(folder + '/where.tmp', '127.0.0.1:' + dht.address().port + '\n')
  fs.renameSync(folder + '/where.tmp', folder + '/where')
})
const say = (word) => (error, result) => console.log(word, error ? 'error ' + error.message : result)
const commands = {
  announce: (key, port) => dht.announce(key, +port, (error) => say('announced')(error, port)),
  peers: (key) => {
    const found = new Set()
    const take = (peer) => found.add(peer.host + ':' + peer.port)
    dht.on('peer', take)
    dht.lookup(key, () => console.log('peers', [...found].sort().join(' ')))
  },
  put: (text) => dht.put({ v: text }, (error, hash) => say('put')(error, hash && hash.toString('hex'))),
  get: (target) => dht.get(target, (error, item) => say('got')(error, item && String(item.v)))
}
const lines = readline.createInterface({ input: process.stdin })
lines.on('line', (line) => {
  const [word, ...rest] = line.split(' ')
  commands[word](...rest)
})
lines.on('close', () => process.exit(0))
