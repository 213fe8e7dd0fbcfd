import { readFileSync } from 'node:fs'
import { onTestFinished } from 'vitest'
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/index.ts'

/** A simulator that stops when the test ends. */
export const simulate = async (options: SimulatorOptions = {}): Promise<Simulator> => {
  const simulator = await startSimulator(options)
  onTestFinished(() => simulator.stop())
  return simulator
}

/** The headers that the API document requires. */
export const credentials = ({ accountId, passcode }: Simulator): Record<string, string> => ({
  'X-CleverTap-Account-Id': accountId,
  'X-CleverTap-Passcode': passcode,
  'Content-Type': 'application/json; charset=utf-8',
})

export type CallOptions = { query?: string; headers?: Record<string, string>; signal?: AbortSignal; body?: string }

/** Uploads these records. */
export const post = (simulator: Simulator, records: unknown, options: CallOptions = {}): Promise<Response> =>
  fetch(`${simulator.url}/1/upload${options.query ?? ''}`, {
    method: 'POST',
    headers: { ...credentials(simulator), ...options.headers },
    body: options.body ?? JSON.stringify({ d: records }),
    signal: options.signal ?? null,
  })

/** Uploads and returns the answer's JSON. */
export const answerTo = async (simulator: Simulator, records: unknown, options: CallOptions = {}): Promise<unknown> =>
  (await post(simulator, records, options)).json()

/** A valid record of a phone. */
export const fcm = (name: string): { type: string; tokenData: { id: string; type: string }; objectId: string } => ({
  type: 'token',
  tokenData: { id: `token:${name}`, type: 'fcm' },
  objectId: `__${name}`,
})

export const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8'))

/** The six records of the API document's sample for several platforms. */
export const sixTypes = (): Record<string, unknown>[] => {
  const sample = fixture('upload-six-types.json') as { d: Record<string, unknown>[] } // the fixture is ours
  return sample.d
}
