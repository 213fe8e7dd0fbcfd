// A server under measurement is a process of its own: it says where it listens, what CPU time it has used and what it has written when
// it is asked, and ends with the process that started it.
import { readFileSync } from 'node:fs'

/** What this process gave its file system to write, in bytes (proc(5)); undefined where there is no /proc. */
const bytesWritten = () => {
  try {
    return Number(/^write_bytes: (\d+)$/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1])
  } catch {
    return undefined
  }
}

/** @param {string} url @param {() => unknown} [stop] */
export const answerAsChild = (url, stop = () => {}) => {
  process.send?.({ url })
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    process.send?.({ cpuUs: user + system, bytesWritten: bytesWritten() })
  })
  process.on('disconnect', async () => {
    await stop()
    process.exit()
  })
}
