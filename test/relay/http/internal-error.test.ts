import { describe, expect, it } from 'vitest'
import { createMemoryStore } from '../../fakes/memory-store.ts'
import { apiKey, startServer } from './running-server.ts'
import { nativeRecord } from './sample-records.ts'

const broken = () => ({
  ...createMemoryStore(),
  put: async () => {
    throw new Error('nobody expected this, with the token abc in it')
  },
  find: async () => {
    throw new Error('nor this')
  },
})
const headers = { authorization: `Bearer ${apiKey}` }

describe('a fault of the relay itself', () => {
  it('is the problem internal_error, whose words say nothing of it, and stands in the log', async () => {
    const { call, lines } = await startServer({}, { store: broken() })
    const answer = await call('/v1/tokens/__somebody', { headers })
    expect(answer).toMatchObject({ status: 500, json: { status: 500, code: 'internal_error' } })
    expect(answer.text).not.toContain('nor this')
    expect(lines().filter((line) => line.includes('"level":"error"') && line.includes('internal_error'))).toHaveLength(
      1,
    )
  })

  it('is flat in /1/upload, like every refusal there', async () => {
    const { call } = await startServer({}, { store: broken() })
    const answer = await call('/1/upload', { method: 'POST', headers, body: nativeRecord() })
    expect(answer).toMatchObject({ status: 500, json: { status: 'fail', code: 500 } })
    expect(answer.text).not.toContain('abc')
  })
})
