import { startGate } from './start-gate.mjs'

/** Time from SIGTERM to SIGKILL for a gate that has to end, in ms. */
const graceMs = 5_000

const secondsOf = (ms) => `${(ms / 1000).toFixed(1)} s`
const lineOf = (name, ms) => `${name.padEnd(12)}${secondsOf(ms).padStart(9)}\n`

/** Runs gates in parallel. See run-gates.d.mts. */
export const runGates = async (gates, { atOnce, output = process.stdout }) => {
  const startedAt = performance.now()
  const waiting = [...gates]
  const running = new Map()
  const heard = new Set()
  const times = new Map()
  const tell = (text) => output.write(text)

  const startReady = () => {
    for (const gate of [...waiting]) {
      if (running.size >= atOnce) return
      if (gate.after?.some((name) => !times.has(name))) continue
      waiting.splice(waiting.indexOf(gate), 1)
      const run = startGate(gate, output.isTTY === true)
      running.set(
        run,
        run.ended.then((end) => ({ ...end, run })),
      )
    }
  }
  const listen = (run) => {
    if (heard.has(run)) return
    heard.add(run)
    tell(`\n== ${run.name}\n`)
    run.listen(tell)
  }
  /** Ends all running gates without showing their output. Settles when they have ended. */
  const endAll = async (signal) => {
    const endEach = (how) => {
      for (const run of running.keys()) run.end(how)
    }
    for (const run of running.keys()) run.listen(() => {})
    const force = setTimeout(endEach, graceMs, 'SIGKILL')
    endEach(signal)
    await Promise.all(running.values())
    clearTimeout(force)
  }
  let interruption
  const interrupt = (signal) => {
    interruption = endAll(signal).then(() => process.exit(signal === 'SIGINT' ? 130 : 143))
  }
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt)

  try {
    for (startReady(); running.size > 0; startReady()) {
      const { run, code, ms } = await Promise.race(running.values())
      await interruption
      running.delete(run)
      listen(run)
      if (code !== 0) {
        tell(`== ${run.name} is red after ${secondsOf(ms)}, with exit code ${code}\n`)
        await endAll('SIGTERM')
        return code
      }
      times.set(run.name, ms)
      // The last running gate can write directly, because no other gate's lines can mix with its own.
      if (waiting.length === 0 && running.size === 1) for (const last of running.keys()) listen(last)
    }
    if (waiting.length > 0) throw new Error(`${waiting.map(({ name }) => name)} depend on gates that do not run`)
    tell(`\n${[...times].map(([name, ms]) => lineOf(name, ms)).join('')}`)
    tell(lineOf('all green', performance.now() - startedAt))
    return 0
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt)
  }
}
