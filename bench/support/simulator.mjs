import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const cli = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

/**
 * A simulated CleverTap in a separate process, with a latency and a limit of requests in flight. It collects garbage on its own thread
 * and keeps no records of calls, so that it uses at most one core, because a real CleverTap runs elsewhere.
 */
export const startSimulator = async (latencyMs, limit) => {
  const settings = ['--port', '0', '--latency', `${latencyMs}`, '--limit', `${limit}`, '--no-records', '--json']
  const simulator = spawn(process.execPath, ['--single-threaded-gc', cli, 'simulate', ...settings], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(simulator, 'exit')
  const [line] = await once(createInterface(simulator.stdout), 'line')
  simulator.stdout.resume()
  const { url, accountId } = JSON.parse(line)
  return {
    url,
    accountId,
    passcode: 'sim-passcode',
    stop: async () => {
      simulator.kill('SIGINT')
      await exited
    },
  }
}
