import { readFileSync, writeFileSync } from 'node:fs'
import { onTestFinished } from 'vitest'
import { startSimulator } from '../../../src/simulator/index.ts'
import { runCli } from '../../cli/run-cli.ts'
import { memoryFolder } from '../../support/temporary-folder.ts'

export const p256dh = 'BLc4xRzKlKORKWlbdgFaBrrPK3ydWAHo4M0gs0i1oEKgPpWC5cW8OCzVrOQRv-1npXRWk8udnW3oYhIO4475rds='
export const auth = '5I2Bu2oKdyy9CwL8QVF0NQ=='

/** The list of CleverTap IDs that every fixture is joined with; it does not contain u9. */
export const ids = [
  'identity,clevertap_id',
  'u1,__android-1',
  'u1,-ios-1',
  'u1,web-1',
  'u2,__android-2',
  'u2,web-2',
  'u3,__android-3',
  'u3,web-3',
  'u4,__android-4',
  'u4,web-4',
].join('\n')

export const fixture = (name: string): string =>
  readFileSync(new URL(`../../fixtures/exports/${name}`, import.meta.url), 'utf8')

/**
 * Imports a text as a user would, into a separate simulated CleverTap. `on` joins it with `list`. Resolves to the output, the
 * records that CleverTap has received, and the content of the file of rejected rows.
 */
export const imported = async (
  name: string,
  text: string | Uint8Array,
  {
    on,
    list = ids,
    argv = [],
    env = {},
  }: { on?: string | undefined; list?: string; argv?: readonly string[]; env?: Record<string, string> } = {},
) => {
  const folder = memoryFolder()
  onTestFinished(() => folder.remove())
  const clevertap = await startSimulator()
  onTestFinished(() => clevertap.stop())
  writeFileSync(folder.file(name), text)
  writeFileSync(folder.file('ids.csv'), list)
  const join = on === undefined ? [] : ['--join', folder.file('ids.csv'), '--on', on]
  const rejects = folder.file('rejects')
  const { code, out, err } = await runCli(
    ['import', folder.file(name), ...join, '--json', '--rejects', rejects, ...argv],
    {
      env: {
        CLEVERTAP_URL: clevertap.url,
        CLEVERTAP_ACCOUNT_ID: clevertap.accountId,
        CLEVERTAP_PASSCODE: clevertap.passcode,
        PUSHFERRY_STORE: `sqlite:${folder.file('s.db')}`,
        PUSHFERRY_FLUSH_MS: '0',
        ...env,
      },
    },
  )
  const records = clevertap.received().flatMap((request) => request.records as readonly Received[])
  return {
    code,
    err,
    summary: out === '' ? undefined : (JSON.parse(out) as unknown),
    received: records.toSorted((a, b) => (a.objectId < b.objectId ? -1 : 1)),
    rejected: code === 2 ? '' : readFileSync(rejects, 'utf8'),
  }
}

interface Received {
  type: string
  tokenData: { id: string; type: string; keys?: unknown }
  objectId: string
}

/** The record that CleverTap must receive. */
export const record = (objectId: string, type: string, id: string): Received => ({
  type: 'token',
  tokenData: type === 'chrome' ? { id, type, keys: { p256dh, auth } } : { id, type },
  objectId,
})
