import { describe, expect, it } from 'vitest'
import { createAdminGuard } from '../../../src/relay/http/admin-guard.ts'
import { createRefuse } from '../../../src/relay/http/refuse.ts'
import { silentLog } from '../../../src/relay/operations/log.ts'
import { createRefusalLog } from '../../../src/relay/operations/refusal-log.ts'
import { startServer } from './running-server.ts'

const key = 'admin-key: with a colon'
const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`

const start = async (adminKey: string | undefined) => {
  const guard = createAdminGuard(adminKey, createRefuse(createRefusalLog(silentLog)))
  const { call } = await startServer(
    {},
    { routes: [(app) => app.get('/admin', { onRequest: guard }, (_request, reply) => reply.send('in'))] },
  )
  return (authorization?: string) => call('/admin', authorization === undefined ? {} : { headers: { authorization } })
}

describe('the admin key', () => {
  it.each([
    ['Bearer', 'Bearer admin-key'],
    ['Basic with any user', basic('anybody:admin-key')],
    ['Basic without a user', basic(':admin-key')],
    ['a scheme in other letters', basic('x:admin-key').replace('Basic', 'bASIC')],
  ])('accepts the admin key as %s', async (_, authorization) => {
    const call = await start('admin-key')
    expect(await call(authorization)).toMatchObject({ status: 200, text: 'in' })
  })

  it('accepts an admin key with a colon', async () => {
    expect((await (await start(key))(basic(`user:${key}`))).status).toBe(200)
  })

  it.each([
    ['nothing', undefined],
    ['another key', 'Bearer admin-kez'],
    ['the start of the key', 'Bearer admin'],
    ['the key as user', basic('admin-key:')],
    ['Basic without a colon', basic('admin-key')],
    ['what is not base64', 'Basic ???'],
    ['another scheme', 'Digest admin-key'],
    ['the bare key', 'admin-key'],
    ['an empty key', 'Bearer '],
  ])('is not shown by %s, and the answer asks for it', async (_, authorization) => {
    const answer = await (await start('admin-key'))(authorization)
    expect(answer).toMatchObject({ status: 401, json: { code: 'unauthorized' } })
    expect(answer.headers['www-authenticate']).toBe(
      'Basic realm="Pushferry", charset="UTF-8", Bearer realm="pushferry"',
    )
  })

  it('closes everything while there is none, says what to set, and asks for no password', async () => {
    const call = await start(undefined)
    for (const authorization of [undefined, 'Bearer ', basic(':'), basic(':undefined')]) {
      const answer = await call(authorization)
      expect(answer).toMatchObject({
        status: 404,
        json: { code: 'not_found', detail: expect.stringContaining('PUSHFERRY_ADMIN_KEY') },
      })
      expect(answer.headers['www-authenticate']).toBeUndefined()
    }
  })
})
