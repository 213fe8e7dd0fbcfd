import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startServer } from './running-server.ts'

const code = `console.log('pushferry')\n`.repeat(50)
const names = ['pushferry.min.js', 'pushferry-sw.min.js', 'pushferry-prompt.min.js']

const start = async (files: readonly string[] = names) => {
  const folder = mkdtempSync(join(tmpdir(), 'pushferry-scripts-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const name of files) writeFileSync(join(folder, name), code)
  return { folder, ...(await startServer({}, { browserFiles: pathToFileURL(`${folder}/`) })) }
}

describe('a built script', () => {
  it.each(names)('is served to every origin, as JavaScript, with an ETag: %s', async (name) => {
    const { call } = await start()
    const answer = await call(`/${name}`)
    expect(answer).toMatchObject({ status: 200, text: code })
    expect(answer.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
      'x-content-type-options': 'nosniff',
      etag: expect.stringMatching(/^W\/"[0-9a-f]{8}"$/),
    })
  })

  it('is kept for ever under its version or its hash, and for an hour under any other name', async () => {
    const { call } = await start()
    const plain = await call('/pushferry.min.js')
    expect(plain.headers['cache-control']).toBe('public, max-age=3600, stale-while-revalidate=86400')
    const hash = /[0-9a-f]{8}/.exec(String(plain.headers.etag))?.[0]
    for (const v of ['1.2.3', hash])
      expect((await call(`/pushferry.min.js?v=${v}`)).headers['cache-control']).toBe(
        'public, max-age=31536000, immutable',
      )
    expect((await call('/pushferry.min.js?v=1.2.4')).headers['cache-control']).toContain('max-age=3600')
  })

  it('is not sent again to whoever has it', async () => {
    const { call } = await start()
    const etag = String((await call('/pushferry.min.js')).headers.etag)
    const answer = await call('/pushferry.min.js', { headers: { 'if-none-match': etag } })
    expect(answer).toMatchObject({ status: 304, text: '' })
    expect(answer.headers.etag).toBe(etag)
    expect((await call('/pushferry.min.js', { headers: { 'if-none-match': 'W/"00000000"' } })).status).toBe(200)
  })

  it.each([
    ['without the W/ that a proxy took away', (etag: string) => etag.replace('W/', '')],
    ['in a list', (etag: string) => `"other", ${etag}`],
    ['by a star', () => '*'],
  ])('is not sent again to whoever names it %s', async (_, named) => {
    const { call } = await start()
    const etag = String((await call('/pushferry.min.js')).headers.etag)
    const answer = await call('/pushferry.min.js', { headers: { 'if-none-match': named(etag) } })
    expect(answer).toMatchObject({ status: 304, text: '' })
  })

  it.each([
    ['gzip;q=0', undefined],
    ['GZIP;Q=0', undefined],
    ['GZip', 'gzip'],
    ['br, gzip; q=0.0, identity', undefined],
    ['gzip;q=0.5', 'gzip'],
    ['gzip;q=1.0,deflate;q=0', 'gzip'],
  ])('is packed or not as Accept-Encoding (%s) says', async (accepted, encoding) => {
    const { call } = await start()
    const { headers } = await call('/pushferry.min.js', { headers: { 'accept-encoding': accepted } })
    expect(headers['content-encoding']).toBe(encoding)
  })

  it('is gzipped for clients that accept it', async () => {
    const { url } = await start()
    const answer = await fetch(`${url}/pushferry.min.js`, { headers: { 'accept-encoding': 'identity' } })
    expect(answer.headers.get('content-encoding')).toBeNull()
    expect(answer.headers.get('vary')).toBe('Accept-Encoding')
    const packed = await fetch(`${url}/pushferry.min.js`, { headers: { 'accept-encoding': 'br, gzip' } })
    expect(packed.headers.get('content-encoding')).toBe('gzip')
    expect(Number(packed.headers.get('content-length'))).toBeLessThan(code.length / 2)
    expect(await packed.text()).toBe(code)
  })

  it('that was not built is 404 until it is there', async () => {
    const { call, folder } = await start([])
    expect(await call('/pushferry.min.js')).toMatchObject({ status: 404, json: { code: 'not_found' } })
    writeFileSync(join(folder, 'pushferry.min.js'), code)
    expect((await call('/pushferry.min.js')).status).toBe(200)
  })
})
