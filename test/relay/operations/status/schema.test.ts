import type { TSchema } from 'typebox'
import { Check } from 'typebox/value'
import { describe, expect, it } from 'vitest'
import { statusSnapshot } from '../../../../src/relay/operations/status/schema.ts'
import type { StatusSnapshot } from '../../../../src/relay/operations/status/view/snapshot.ts'
import { accountStatus, now } from './sample-state.ts'

/** The same schema, with nothing allowed that it does not name. */
const strict = (schema: unknown): unknown => {
  if (typeof schema !== 'object' || schema === null) return schema
  if (Array.isArray(schema)) return schema.map(strict)
  const inner = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, strict(value)]))
  return inner.type === 'object' ? { ...inner, additionalProperties: false } : inner
}

const full: StatusSnapshot = {
  generatedAt: now,
  version: '1',
  startedAt: now,
  store: { kind: 'sqlite', ok: false, reason: 'the disk is full' },
  accounts: [
    accountStatus(),
    accountStatus({
      verdict: { level: 'bad', answer: 'No.', headline: 'x', remedy: 'y' },
      upload: { state: 'suspended', since: now, nextTryAt: now, cause: 'x', remedy: 'y' },
      queue: { live: 1, unproved: 0, import: 2, uploading: 3, oldestReceivedAt: now, etaMs: 4 },
      last: {
        minute: { queued: 1, accepted: 2, rejected: 3 },
        hour: { queued: 1, accepted: 2, rejected: 3 },
        day: { queued: 1, accepted: 2, rejected: 3 },
      },
      latency: { overMs: 300_000, requests: 1, p50Ms: 2, p95Ms: 3, p99Ms: 4 },
      rejected: {
        codes: [{ code: 535, records: 1, meaning: 'x', remedy: 'y' }],
        latest: [{ at: now, profile: '0a0b0c0d', type: 'fcm', code: 535, meaning: 'x', text: '' }],
      },
      changes: [{ at: now, state: 'ok', cause: null }],
      others: [{ name: '0a0b0c0d', state: 'failing', inFlight: 1 }],
    }),
  ],
}

describe('the schema of /status.json', () => {
  // `strict` only adds additionalProperties, which leaves a schema one.
  const closed = strict(statusSnapshot) as TSchema

  it('describes a snapshot, and every part of it', () => {
    expect(Check(closed, full)).toBe(true)
  })

  it('takes nothing away from a snapshot, and adds nothing', () => {
    const { store, ...without } = full
    expect(Check(closed, without)).toBe(false)
    expect(Check(closed, { ...full, store: { ...store, more: 1 } })).toBe(false)
  })
})
