// Compiles the recorder (record.c) and reads its trace.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const source = fileURLToPath(new URL('record.c', import.meta.url))
const headerBytes = 17

/** Compiles record.c into a folder. Returns the path of the library; throws where there is no C compiler or no Linux. */
export const buildRecorder = (folder) => {
  const library = join(folder, 'record.so')
  execFileSync('cc', ['-O2', '-fPIC', '-shared', '-o', library, source, '-ldl', '-lpthread'], { stdio: 'inherit' })
  return library
}

/** The events of a trace, in order; `bytes` is a view. Omits a last event that the kill has cut off. */
export const readTrace = (path) => {
  const all = readFileSync(path)
  const events = []
  for (let at = 0; at + headerBytes <= all.length; ) {
    const length = all.readUInt32LE(at + 13)
    const end = at + headerBytes + length
    if (end > all.length) break
    events.push({
      type: String.fromCharCode(all[at]),
      file: all.readUInt32LE(at + 1),
      offset: Number(all.readBigUInt64LE(at + 5)),
      bytes: all.subarray(at + headerBytes, end),
    })
    at = end
  }
  return events
}
