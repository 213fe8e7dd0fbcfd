import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Simulator, startSimulator } from '../../src/simulator/index.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { writeAccounts } from './accounts-file.ts'
import { apiKey, type RelayProcess, startRelayProcess } from './relay-process.ts'

const adminKey = 'the-admin-key-of-this-test'
const basic = (key: string): string => `Basic ${Buffer.from(`admin:${key}`).toString('base64')}`
const ids = ['HEALTHY', 'SUSPENDED', 'STUCK'] as const
type Id = (typeof ids)[number]

describe('accounts in one relay', () => {
  let folder: ReturnType<typeof temporaryFolder>
  let clevertaps: Record<Id, Simulator>
  let relay: RelayProcess
  beforeEach(async () => {
    folder = temporaryFolder()
    const [healthy, suspended, stuck] = await Promise.all(
      ids.map((accountId) => startSimulator({ accountId, latencyMs: 20 })),
    )
    if (!healthy || !suspended || !stuck) throw new Error('three were started')
    clevertaps = { HEALTHY: healthy, SUSPENDED: suspended, STUCK: stuck }
    suspended.fail({ kind: 'status', status: 401, times: 'always' })
    stuck.fail({ kind: 'hang', times: 'always', dryRun: false })
    relay = await startRelayProcess({
      clevertap: healthy,
      store: `sqlite:${folder.file('outbox.db')}`,
      env: {
        ...writeAccounts(folder.file('accounts.json'), Object.values(clevertaps)),
        PUSHFERRY_ADMIN_KEY: adminKey,
      },
    })
  })
  afterEach(async () => {
    relay.kill('SIGKILL')
    await relay.exited
    await Promise.all(Object.values(clevertaps).map((one) => one.stop()))
    folder.remove()
  })

  const post = async (account: Id, from: number): Promise<void> => {
    const d = Array.from({ length: 500 }, (_, at) => ({
      type: 'token',
      tokenData: { id: `token-${from + at}`, type: 'fcm' },
      objectId: `__p${from + at}`,
    }))
    const answer = await fetch(`${relay.url}/1/upload`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-clevertap-account-id': account,
        authorization: `Bearer ${apiKey}`,
      },
      body: JSON.stringify({ d }),
    })
    expect(await answer.json()).toEqual({ status: 'success', processed: 500, unprocessed: [] })
  }
  const read = async (path: string): Promise<Response> =>
    fetch(`${relay.url}${path}`, { headers: { authorization: basic(adminKey) } })

  it('do not wait for each other: all of one arrives while another is suspended and a third gets no answer', async () => {
    for (const account of ['SUSPENDED', 'STUCK'] as const) await post(account, 0)
    await relay.logged(({ event, account }) => event === 'uploads are suspended' && account === 'SUSPENDED')
    await clevertaps.STUCK.until(({ inFlight }) => inFlight === 3)
    for (let at = 0; at < 6; at++) await Promise.all(ids.map((account) => post(account, 500 + at * 500)))
    await clevertaps.HEALTHY.until(({ profiles }) => profiles.size === 3000)

    // Nothing of the others has moved meanwhile.
    expect(clevertaps.STUCK).toMatchObject({ inFlight: 3, counts: { accepted: 0 } })
    expect(clevertaps.SUSPENDED.counts.accepted).toBe(0)
    expect(clevertaps.HEALTHY.counts).toMatchObject({ accepted: 3000, duplicates: 0 })

    // The same tokens were taken for the same objectIds in each account, and each account is told of by itself.
    const ready = await read('/readyz')
    expect(ready.status).toBe(200)
    expect(await ready.json()).toEqual({
      status: 'degraded',
      accounts: {
        HEALTHY: { upload: 'ok', status: 'ok' },
        SUSPENDED: { upload: 'suspended', status: 'degraded', waitMs: expect.any(Number) },
        STUCK: { upload: 'ok', status: 'ok' },
      },
    })
    await expect
      .poll(async () => (await read('/metrics')).text())
      .toMatch(/pushferry_\w+\{[^}]*account="HEALTHY"[^}]*state="accepted"[^}]*\} 3000\n/)
    await expect
      .poll(async () => (await read('/status.json')).json())
      .toMatchObject({
        accounts: [
          { account: 'HEALTHY', upload: { state: 'ok' } },
          { account: 'SUSPENDED', upload: { state: 'suspended' } },
          { account: 'STUCK', upload: { state: 'ok' }, slots: { inFlight: 3 } },
        ],
      })
  })
})
