import { describe, expect, test } from 'vitest'
import type { Mode, Readiness, SimulatedClevertap, Snapshot } from '../../demo/contract.ts'
import type { UploadMode } from '../../src/relay/operations/status/view/snapshot.ts'
import { importDemo } from './import-demo.ts'

const { relayChip } = await importDemo<{ relayChip(snapshot: Snapshot): [string, string] }>('site/chips.js')
const { copingText } = await importDemo<{ copingText(snapshot: Snapshot): string }>('site/coping.js')

const clevertap = (mode: Mode): SimulatedClevertap => ({
  simulated: true,
  accountId: 'SIM',
  url: 'http://127.0.0.1:1',
  mode,
  counts: { calls: 0, tooMany: 0, peakInFlight: 0, accepted: 0, rejected: 0, duplicates: 0 },
  calls: [],
  profiles: [],
  errors: [],
  deliveries: {},
})
const snapshot = (readiness: Readiness | null, mode: Mode = 'working'): Snapshot => ({
  relay: { url: 'http://127.0.0.1:2', readiness },
  clevertap: clevertap(mode),
  tokens: {},
  reports: [],
  noTestPush: null,
})
const readiness = (upload: UploadMode): Readiness => {
  const status = upload === 'ok' ? 'ok' : 'degraded'
  return { status, accounts: { SIM: { status, upload } } }
}

describe("the demo's page", () => {
  test.each<[UploadMode, string, string]>([
    ['ok', 'good', 'Relay: ready'],
    ['throttled', 'middling', 'Relay: waits, as CleverTap asked'],
    ['failing', 'middling', 'Relay: uploads fail, trying again'],
    ['suspended', 'middling', 'Relay: uploads suspended'],
  ])('its header shows a relay whose uploads are %s', (upload, mood, text) => {
    expect(relayChip(snapshot(readiness(upload)))).toEqual([mood, text])
  })

  test('its header shows a relay that does not answer', () => {
    expect(relayChip(snapshot(null))).toEqual(['bad', 'Relay: does not answer'])
  })

  test.each<[UploadMode, RegExp]>([
    ['ok', /^Everything that arrives is uploaded within a second/],
    ['throttled', /^CleverTap works again\. .* Retry-After/],
    ['failing', /^CleverTap works again\. .* next try/],
    ['suspended', /^CleverTap works again\. .* within a minute/],
  ])('it says when uploads that were %s go on, once CleverTap works again', (upload, text) => {
    expect(copingText(snapshot(readiness(upload)))).toMatch(text)
  })

  test('it says that the relay waits for Retry-After while CleverTap answers 429', () => {
    expect(copingText(snapshot(readiness('throttled'), 'too-many'))).toMatch(/the relay waits for Retry-After/)
    expect(copingText(snapshot(readiness('ok'), 'too-many'))).toMatch(/^CleverTap answers 429 to the next upload/)
  })
})
