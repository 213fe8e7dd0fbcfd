import { describe, expect, it } from 'vitest'
import { StoreError } from '../../../src/relay/store/errors.ts'
import type { Store } from '../../../src/relay/store/port.ts'
import { signTicket } from '../../../src/ticket/index.ts'
import { createMemoryStore } from '../../fakes/memory-store.ts'
import {
  markedApiKey,
  markedAuth,
  markedCalls,
  markedEnv,
  markedTokenId,
  registrationKeysOf,
  withoutEcho,
} from './marked-calls.ts'
import { type Answer, startServer } from './running-server.ts'

const stores: readonly [string, (store: Store) => Store][] = [
  ['works', (store) => store],
  [
    'fails with its own error',
    (store) => {
      const cause = Object.assign(new Error(`${markedTokenId} ${markedEnv.PUSHFERRY_SECRET}`), {
        code: 'ERR_SQLITE_ERROR',
        errcode: 13,
      })
      const fail = () => Promise.reject(new StoreError('unavailable', 'the disk is full', cause))
      return { ...store, put: fail, find: fail, withdraw: fail, erase: fail }
    },
  ],
  [
    'fails as nobody expected',
    (store) => {
      const fail = () => Promise.reject(new Error(`${markedTokenId}\n    at ${markedApiKey}`))
      return { ...store, put: fail, find: fail, withdraw: fail, erase: fail }
    },
  ],
]

describe('secrets', () => {
  it.each(stores)(
    'stay out of every log line and answer, over every route, whatever the store does: it %s',
    async (_, wrap) => {
      const { call, lines } = await startServer(markedEnv, { store: wrap(createMemoryStore()) })
      const ticket = await signTicket({ objectId: 'user-1', key: markedEnv.PUSHFERRY_TICKET_KEY })
      const answers: Answer[] = []
      for (const [path, request] of markedCalls(ticket)) answers.push(await call(path, request))
      const log = lines().join('')
      const told = answers.map(withoutEcho).join('\n')
      expect(log).not.toBe('')
      for (const text of [log, told]) {
        expect(text.match(/.{0,80}MARKED.{0,40}/g) ?? []).toEqual([])
        expect(text).not.toContain(markedAuth)
        expect(text).not.toContain(ticket)
      }
      for (const key of registrationKeysOf(answers)) expect(log).not.toContain(key)
      expect(new Set(answers.map(({ status }) => status)).size).toBeGreaterThan(4)
    },
  )

  it('are found by this test when one slips out', () => {
    const slip: Answer = { status: 400, headers: {}, text: '', json: { detail: markedTokenId } }
    expect(withoutEcho(slip)).toContain('MARKED')
  })
})
