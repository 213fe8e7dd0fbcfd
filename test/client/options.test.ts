import { afterEach, describe, expect, it, vi } from 'vitest'
import { resolveOptions } from '../../src/client/options.ts'

const relay = 'https://push.example.com'
afterEach(() => vi.restoreAllMocks())

describe('resolveOptions', () => {
  it.each([
    ['vapidKey', 'vapidPublicKey'],
    ['timeout', 'timeoutMs'],
    ['objectID', 'objectId'],
    ['worker', 'serviceWorker'],
    ['refreshDays', 'refreshAfterDays'],
    ['realy', 'relay'],
    ['tiket', 'ticket'],
    ['bojectId', 'objectId'],
    ['publicKey', 'vapidPublicKey'],
  ])('names the nearest option to %s: %s', (name, nearest) => {
    expect(() => resolveOptions({ relay, [name]: 'x' })).toThrow(`Unknown option ${name}. Did you mean ${nearest}?`)
  })

  it.each(['etch'])('lists all options after the nearest to %s', (name) => {
    const others =
      'relay,objectId,vapidPublicKey,serviceWorker,scope,ticket,fallback,refreshAfterDays,timeoutMs,debug'.split(',')
    for (const other of others)
      expect(() => resolveOptions({ relay, [name]: 'x' })).toThrow(
        new RegExp(`Did you mean fetch\\? Known: fetch,.*\\b${other}\\b`),
      )
  })

  it('counts an option that is undefined as not given', () => {
    const options = { relay, timeoutMs: undefined, serviceWorker: undefined }
    expect(resolveOptions(options)).toMatchObject({
      timeoutMs: 10_000,
      serviceWorker: '/pushferry-sw.min.js',
    })
  })

  it.each([
    ['https://push.example.com', 'https://push.example.com/v1/'],
    ['https://push.example.com/relay/', 'https://push.example.com/relay/v1/'],
    ['https://push.example.com/relay', 'https://push.example.com/relay/v1/'],
    ['HTTPS://push.example.com', 'https://push.example.com/v1/'],
  ])('finds the browser routes of %s', (given, base) => {
    expect(resolveOptions({ relay: given }).base).toBe(base)
  })

  it.each(['/relay', 'push.example.com', 'localhost:8080', ''])(
    'refuses the relay %j, which is no absolute URL, by the name of the option',
    (given) => {
      expect(() => resolveOptions({ relay: given })).toThrow(new TypeError('relay must be an absolute URL'))
    },
  )

  it('prints steps only with debug', () => {
    const printed = vi.spyOn(console, 'info').mockImplementation(() => {})
    resolveOptions({ relay }).log('a step')
    expect(printed).not.toHaveBeenCalled()
    resolveOptions({ relay, debug: true }).log('a step', 'a detail')
    expect(printed).toHaveBeenCalledExactlyOnceWith('Pushferry:', 'a step', 'a detail')
  })
})
