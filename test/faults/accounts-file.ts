import { writeFileSync } from 'node:fs'
import type { Simulator } from '../../src/simulator/index.ts'

/** Writes a file of accounts, one for each CleverTap. Returns the environment of a relay that reads it. */
export const writeAccounts = (path: string, clevertaps: readonly Simulator[]): Readonly<Record<string, string>> => {
  const accounts = clevertaps.map(({ url, accountId, passcode }) => ({ accountId, passcode, url }))
  writeFileSync(path, JSON.stringify({ accounts }))
  return { PUSHFERRY_CONFIG: path }
}
