// The child's side of a measured server, which is a separate process. It reports its address and, on request, its CPU time and the bytes
// that it has written. It ends with the process that started it.
import { readFileSync } from 'node:fs'

/** The bytes that this process has written to its file system (proc(5)); undefined without /proc. */
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
