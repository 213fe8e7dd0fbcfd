// Writes a CSV of historical tokens to try an import with: `node tools/sample-csv.mjs ROWS [SEED] > tokens.csv`. Prints on stderr the
// counts that an import must report. The same rows and seed make the same file. 1 % of the rows have one of four faults, 5 % repeat an
// earlier row, and the others are fcm, apns and chrome as 6 : 2 : 2.
import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { pathToFileURL } from 'node:url'

const header = 'objectId,type,id,p256dh,auth\n'
/** The first byte of a key. Any 64 bytes can follow, because the relay does not check a server's key to be on the curve. */
const pointStart = Buffer.of(4)

/** A valid row, derived from its number. */
const goodRow = (seed, number) => {
  const bytes = createHash('sha512').update(`${seed}:${number}`).digest()
  const hex = bytes.toString('hex')
  const kind = number % 10
  if (kind < 6)
    return `__${hex.slice(0, 32)},fcm,${hex.slice(32, 54)}:APA91b${bytes.toString('base64url')}${hex.slice(0, 48)},,\n`
  if (kind < 8) return `-${hex.slice(0, 32)},apns,${hex.slice(64)},,\n`
  const p256dh = Buffer.concat([pointStart, bytes]).toString('base64url')
  const auth = bytes.subarray(0, 16).toString('base64url')
  return `${hex.slice(0, 32)},chrome,${hex.slice(32, 54)}:APA91b${bytes.toString('base64url')},${p256dh},${auth}\n`
}

/** The faults, which alternate, each with the code of its rejection. */
const faults = [
  [530, (row) => row.slice(row.indexOf(','))],
  [532, (row) => row.replace(/^([^,]*,[^,]*),[^,]*/, '$1,')],
  [535, (row) => row.replace(/^([^,]*),[^,]*/, '$1,pigeon')],
  ['malformed', (row) => row.replace('\n', ',one value too many\n')],
]

const isFaulty = (number) => number % 100 === 50
const isRepeat = (number) => number % 20 === 11

/** The rows of a sample one by one, each with its outcome: a code, `repeat` or `good`. */
export const sampleRows = function* (rows, seed = 'pushferry') {
  let faulty = 0
  for (let number = 0; number < rows; number++) {
    if (isFaulty(number)) {
      const [code, spoil] = faults[faulty++ % faults.length]
      yield { row: spoil(goodRow(seed, number)), outcome: code, fixed: goodRow(seed, number) }
    } else if (isRepeat(number)) {
      // Half of the repeats are close to the first row, half far away.
      const first = number % 40 === 11 ? number - 2 : Math.floor(number / 200) * 100
      yield { row: goodRow(seed, first), outcome: 'repeat' }
    } else yield { row: goodRow(seed, number), outcome: 'good' }
  }
}

/** Writes a sample and resolves to its counts, as `pushferry import --json` prints them for an empty store. */
export const writeSample = async (output, rows, seed) => {
  const sums = { read: 0, queued: 0, unchanged: 0, rejected: {} }
  let text = header
  for (const { row, outcome } of sampleRows(rows, seed)) {
    sums.read++
    if (outcome === 'good') sums.queued++
    else if (outcome === 'repeat') sums.unchanged++
    else sums.rejected[outcome] = (sums.rejected[outcome] ?? 0) + 1
    text += row
    if (text.length < 1 << 20) continue
    if (!output.write(text)) await new Promise((resolve) => output.once('drain', resolve))
    text = ''
  }
  await new Promise((resolve, reject) => output.once('error', reject).end(text, resolve))
  return sums
}

/** Writes a sample to a file; see `writeSample`. */
export const writeSampleFile = (path, rows, seed) => writeSample(createWriteStream(path), rows, seed)

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [rows, seed] = process.argv.slice(2)
  if (!/^\d+$/.test(rows ?? '')) {
    console.error('usage: node tools/sample-csv.mjs ROWS [SEED] > tokens.csv')
    process.exit(2)
  }
  console.error(JSON.stringify(await writeSample(process.stdout, Number(rows), seed)))
}
