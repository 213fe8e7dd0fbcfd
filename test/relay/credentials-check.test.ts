import { describe, expect, it } from 'vitest'
import type { Answer } from '../../src/relay/clevertap/exchange.ts'
import { loadConfig } from '../../src/relay/config/index.ts'
import { createCredentialsCheck } from '../../src/relay/credentials-check.ts'
import { openStore } from '../../src/relay/store/open.ts'
import { newEntry } from '../support/new-entry.ts'
import { memoryFolder } from '../support/temporary-folder.ts'

const { accounts } = loadConfig({ CLEVERTAP_ACCOUNT_ID: 'ONE', CLEVERTAP_PASSCODE: 'marked-passcode' })
const answered = (status: number, body = ''): Answer => ({ kind: 'answered', status, body, retryAfter: undefined })

/** What a starting relay logs where CleverTap answers so, and whether it was asked. */
const ask = async (
  answer: Answer,
  { queued = [], busy = false }: { queued?: readonly string[]; busy?: boolean } = {},
) => {
  const folder = memoryFolder()
  const store = await openStore({ kind: 'sqlite', path: folder.file('s.db') }, {})
  await store.put(queued.map((objectId) => newEntry(objectId, 'a', { account: 'ONE' })))
  const lines: { event: string; reason: unknown }[] = []
  let asked = 0
  const line = (event: string, fields?: Readonly<Record<string, unknown>>): void =>
    void lines.push({ event, reason: fields?.reason })
  const check = createCredentialsCheck({
    accounts,
    store,
    log: { info: line, warn: line },
    open: () => ({
      upload: async (_, { dryRun } = {}) => {
        if (dryRun) asked++
        return answer
      },
      close: async () => {},
    }),
  })
  if (busy) {
    await store.join('another', '{}')
    await store.takeSlots({ account: 'ONE', holder: 'another', want: 3, limit: 3 })
  }
  await check.ask()
  const holders = (await store.holders()).map(({ id }) => id)
  await store.close()
  folder.remove()
  return { asked, lines, holders }
}

describe('a starting relay', () => {
  it.each([401, 403])('warns of credentials that CleverTap refuses with %s', async (status) => {
    const { asked, lines } = await ask(answered(status))
    expect(asked).toBe(1)
    expect(lines).toEqual([
      {
        event: 'CleverTap does not accept uploads',
        reason: expect.stringContaining('Compare CLEVERTAP_ACCOUNT_ID, CLEVERTAP_PASSCODE and CLEVERTAP_REGION'),
      },
    ])
  })

  it('warns where CleverTap cannot be asked, with the cause and what to do', async () => {
    const { lines } = await ask({ kind: 'unanswered', reason: 'ENOTFOUND' })
    expect(lines[0]?.reason).toMatch(/^CleverTap's host name does not exist\. Check CLEVERTAP_REGION/)
  })

  it('says that the credentials are taken, whatever CleverTap thinks of the sample', async () => {
    const refused = { status: 'fail', processed: 0, unprocessed: [{ code: 530, error: 'x', record: {} }] }
    for (const answer of [answered(200, JSON.stringify(refused)), answered(400, '{}'), answered(429)])
      expect((await ask(answer)).lines[0]?.event).toBe('CleverTap accepts the credentials')
  })
  it('asks nothing while records wait or others have all slots, because uploads tell as much', async () => {
    expect(await ask(answered(401), { queued: ['__a'] })).toEqual({ asked: 0, lines: [], holders: [] })
    expect(await ask(answered(401), { busy: true })).toEqual({ asked: 0, lines: [], holders: ['another'] })
  })

  it('leaves no holder behind', async () => {
    expect((await ask(answered(401))).holders).toEqual([])
  })
})
