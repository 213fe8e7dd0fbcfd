import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'

/** The peak of a process's resident memory so far, in MB; undefined if the system does not report it. */
const peakOf = (pid) => {
  try {
    const [, kB] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return kB && Math.round(Number(kB) / 1024)
  } catch {
    return undefined
  }
}

/** CPU time of a process so far in seconds, of 100 ticks each (proc(5), fields 14 and 15); undefined if it is not reported. */
const processorOf = (pid) => {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
    return (Number(fields[11]) + Number(fields[12])) / 100
  } catch {
    return undefined
  }
}

/**
 * Runs a script to its end. The script prints the number of rows as JSON member `read`. Returns rows per second, rows per second of
 * processor time, and the peak of its resident memory.
 *
 * @param {readonly string[]} args
 * @param {Record<string, string>} [env]
 */
export const measureProcess = async (args, env = {}) => {
  const from = performance.now()
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, ...env } })
  let out = ''
  let peakMb = 0
  let processor = 0
  child.stdout.on('data', (piece) => {
    out += piece
  })
  const watch = setInterval(() => {
    peakMb = peakOf(child.pid) ?? peakMb
    processor = processorOf(child.pid) ?? processor
  }, 20)
  const [code] = await once(child, 'close')
  clearInterval(watch)
  if (out === '') throw new Error(`${args.join(' ')} ended with ${code}`)
  const { read } = JSON.parse(out)
  return {
    perSecond: Math.round((read / (performance.now() - from)) * 1000),
    perProcessorSecond: Math.round(read / processor),
    peakMb,
  }
}
