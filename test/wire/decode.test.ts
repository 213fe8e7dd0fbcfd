import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeRecord } from '../../src/wire/decode.ts'
import { placeholderHint } from '../../src/wire/placeholder.ts'
import { recordProblems } from '../../src/wire/problem.ts'
import { canonicalToken, tokenTypes } from '../../src/wire/record.ts'

const visible = (maxLength: number) =>
  fc
    .string({ unit: 'grapheme', minLength: 1, maxLength })
    .filter((id) => !/[\s\p{Cc}\p{Cf}\p{Cs}]/u.test(id) && [...id].length <= maxLength && !placeholderHint(id))
const key = (length: number, first?: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((data) => {
    if (first !== undefined) data[0] = first
    return Buffer.from(data)
  })
const written = (data: fc.Arbitrary<Buffer>) =>
  fc.tuple(data, fc.constantFrom('base64', 'base64url'), fc.boolean()).map(([buffer, alphabet, padded]) => {
    const text = buffer.toString(alphabet as 'base64' | 'base64url').replace(/=+$/, '')
    return padded ? text.padEnd(Math.ceil(text.length / 4) * 4, '=') : text
  })

const keys = fc.record({ p256dh: written(key(65, 4)), auth: written(key(16)) })
const good = fc
  .record({
    objectId: visible(128),
    id: visible(4096),
    webId: fc.stringMatching(/^[\w\-:.%~=?&/+]{1,300}$/).filter((id) => !placeholderHint(id)),
    type: fc.constantFrom(...tokenTypes),
    keys,
    extra: fc.dictionary(fc.constantFrom('identity', 'FBID', 'GPID', 'x', '__proto__', 'endpoint'), fc.jsonValue()),
  })
  .map(({ objectId, id, webId, type, keys: both, extra }) => ({
    ...extra,
    type: 'token',
    tokenData: type === 'chrome' ? { ...extra, id: webId, type, keys: { ...both, extra } } : { ...extra, id, type },
    objectId,
  }))

describe('decodeRecord', () => {
  it('takes every good record, drops what it does not know, and gives back canonical keys', () => {
    fc.assert(
      fc.property(good, (sent) => {
        const decoded = decodeRecord(sent)
        if (!decoded.ok) throw new Error(decoded.problem.message)
        const { record } = decoded
        expect(Object.keys(record).sort()).toEqual(['objectId', 'tokenData', 'type'])
        expect(record).toMatchObject({ type: 'token', objectId: sent.objectId })
        expect(record.tokenData).toMatchObject({ id: sent.tokenData.id, type: sent.tokenData.type })
        for (const text of Object.values(record.tokenData.keys ?? {})) expect(text).toMatch(/^[\w-]+$/)
        expect(Object.keys(record.tokenData).sort()).toEqual(
          record.tokenData.type === 'chrome' ? ['id', 'keys', 'type'] : ['id', 'type'],
        )
      }),
    )
  })

  it('takes what it gave back, and gives back the same', () => {
    fc.assert(
      fc.property(good, (sent) => {
        const once = decodeRecord(sent)
        if (!once.ok) throw new Error(once.problem.message)
        expect(decodeRecord(once.record)).toEqual(once)
      }),
    )
  })

  it('makes one token of two spellings of its keys, and two of two tokens', () => {
    fc.assert(
      fc.property(key(65, 4), key(16), key(16), (p256dh, auth, other) => {
        const token = (text: (data: Buffer) => string, second = auth): string => {
          const both = { p256dh: text(p256dh), auth: text(second) }
          const decoded = decodeRecord({
            type: 'token',
            objectId: 'o',
            tokenData: { id: 'i', type: 'chrome', keys: both },
          })
          if (!decoded.ok) throw new Error(decoded.problem.message)
          return canonicalToken(decoded.record.tokenData)
        }
        const plain = token((data) => data.toString('base64url'))
        expect(token((data) => data.toString('base64'))).toBe(plain)
        expect(token((data) => data.toString('base64url'), other) === plain).toBe(auth.equals(other))
      }),
    )
  })

  it('never throws, and refuses with one of the documented codes and without the value', () => {
    const marked = fc.constantFrom('marked value', 'marked\u0000', '\ud800marked', 'marked'.repeat(1000))
    const anything = fc.anything({
      withNullPrototype: true,
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSparseArray: true,
      key: fc.constantFrom('type', 'tokenData', 'objectId', 'id', 'keys', 'p256dh', 'auth', 'identity', '__proto__'),
      values: [fc.string(), fc.constant('token'), fc.constant('chrome'), fc.constant(null), fc.integer(), marked],
    })
    const nearly = fc
      .tuple(good, fc.constantFrom('type', 'tokenData', 'objectId'), anything)
      .map(([sent, member, value]) => ({ ...sent, [member]: value }))
    const nearlyToken = fc
      .tuple(good, fc.constantFrom('type', 'id', 'keys'), anything)
      .map(([sent, member, value]) => ({ ...sent, tokenData: { ...sent.tokenData, [member]: value } }))
    fc.assert(
      fc.property(fc.oneof(anything, nearly, nearlyToken), (value) => {
        const decoded = decodeRecord(value)
        if (decoded.ok) return
        expect(Object.keys(recordProblems)).toContain(String(decoded.problem.code))
        expect(decoded.problem.message).not.toContain('marked')
      }),
      { numRuns: 1000 },
    )
  })

  const record = (more: object = {}, token: object = {}): unknown => ({
    type: 'token',
    tokenData: { id: 'i', type: 'fcm', ...token },
    objectId: 'o',
    ...more,
  })
  const web = (both: object): unknown => record({}, { type: 'chrome', keys: both })
  const p256dh = Buffer.concat([Buffer.of(4), Buffer.alloc(64)]).toString('base64')
  const auth = Buffer.alloc(16).toString('base64')

  it.each(['\n', '\r\n'])('reads keys with the line breaks of MIME (%j)', (lineBreak) => {
    const wrapped = `${p256dh.slice(0, 76)}${lineBreak}${p256dh.slice(76)}${lineBreak}`
    expect(decodeRecord(web({ p256dh: wrapped, auth: `${auth}${lineBreak}` }))).toEqual(
      decodeRecord(web({ p256dh, auth })),
    )
    expect(decodeRecord(web({ p256dh, auth })).ok).toBe(true)
  })

  it.each<[number, unknown]>([
    [524, undefined],
    [524, null],
    [524, 'token'],
    [524, [record()]],
    [524, record({ type: 'Token' })],
    [530, record({ objectId: undefined })],
    [530, record({ objectId: '' })],
    [530, record({ objectId: 7 })],
    [530, record({ objectId: ['o'] })],
    [530, record({ objectId: 'a b' })],
    [530, record({ objectId: 'a\u00a0b' })],
    [530, record({ objectId: 'a\u0085' })],
    [530, record({ objectId: '\udc00' })],
    [530, record({ objectId: 'x'.repeat(129) })],
    [530, record({ objectId: '😀'.repeat(129) })],
    [530, record({ objectId: null, GPID: 'g' })],
    [531, record({ tokenData: undefined })],
    [531, record({ tokenData: [] })],
    [531, record({ tokenData: 'i' })],
    [532, record({}, { id: undefined })],
    [532, record({}, { id: '' })],
    [532, record({}, { id: 7 })],
    [533, record({}, { type: undefined })],
    [533, record({}, { type: '' })],
    [533, record({}, { type: 7 })],
    [535, record({}, { type: 'firefox' })],
    [535, record({}, { type: '__proto__' })],
    [535, record({}, { id: 'x'.repeat(4097) })],
    [535, record({}, { id: 'a\tb' })],
    [535, record({}, { keys: { p256dh, auth } })],
    [535, record({}, { type: 'chrome' })],
    [535, web({ p256dh })],
    [535, web({ auth })],
    [535, web({ p256dh, auth: 'AAAA' })],
    [535, web({ p256dh: p256dh.slice(0, 80), auth })],
    [535, web({ p256dh: Buffer.alloc(65).toString('base64'), auth })],
    [535, web({ p256dh: `${p256dh} `, auth })],
  ])('gives an invalid record the code %i (%#)', (code, value) => {
    expect(decodeRecord(value)).toMatchObject({ ok: false, problem: { code } })
  })

  const placeholders = ['null', 'NULL', '(null)', 'undefined', 'Undefined', 'none', 'None', 'nan', 'NaN', '\\N', '\\n']
  const damaged = ['#NAME?', '#N/A', '#n/a', '#VALUE!', '#REF!', '1.23457E+14', '1,23E+14', '1e-7', '-1.5E+20', '12E+3']
  const barePoints = ['1.E+14', '.5E+14', '1,E+14', ',5E-14', '+.5e+1']
  it.each([...placeholders, ...damaged, ...barePoints])(
    'refuses the placeholder %s as objectId and as id, with a hint',
    (text) => {
      const asObjectId = decodeRecord(record({ objectId: text }))
      const asId = decodeRecord(record({}, { id: text }))
      expect(asObjectId).toMatchObject({
        ok: false,
        problem: { code: 530, message: expect.stringMatching(/^objectId is/) },
      })
      expect(asId).toMatchObject({
        ok: false,
        problem: { code: 532, message: expect.stringMatching(/^tokenData.id is/) },
      })
      const hint = /empty value|spreadsheet/
      for (const decoded of [asObjectId, asId]) expect(decoded.ok ? '' : decoded.problem.message).toMatch(hint)
    },
  )

  it('refuses the words for nothing of database tools and of Go, and the errors of spreadsheets in other languages', () => {
    const words = ['<null>', '[NULL]', 'nil', '<nil>', '(nil)', 'N/A', '<NA>', 'undef', '(none)', '(blank)', '\\\\N']
    const errors = [
      '#DIV/0!',
      '#NUM!',
      '#NULL!',
      '#NOM?',
      '#¿NOMBRE?',
      '#ИМЯ?',
      '#WERT!',
      '#NV',
      '#N/D',
      '########',
      '#GETTING_DATA',
      '#PROPAGATION!',
    ]
    for (const text of [...words, ...errors])
      expect(decodeRecord(record({ objectId: text })), text).toMatchObject({ ok: false, problem: { code: 530 } })
  })

  it('takes ids that only resemble a placeholder', () => {
    for (const text of [
      'nullable',
      '#1',
      '###',
      '#!!',
      '#a?',
      'nile',
      '<a>',
      '1e14',
      '1E14',
      '12345678901234',
      'e+5',
      '.E+5',
      '1..E+5',
      'none-1',
      'N',
      '\\N1',
      '1.2.3E+4',
    ])
      expect([text, decodeRecord(record({ objectId: text }, { id: text })).ok]).toEqual([text, true])
  })

  it.each(['BLACKLISTED', 'blacklisted'])('refuses the token %s of phones that may have none', (id) => {
    expect(decodeRecord(record({}, { id }))).toMatchObject({ ok: false, problem: { code: 535 } })
    expect(decodeRecord(record({ objectId: id })).ok).toBe(true)
  })

  it.each([
    ['a\u200bb', 'objectId has an invisible character in it (U+200B): remove it'],
    ['a\u{e0041}b', 'objectId has an invisible character in it (U+E0041): remove it'],
    ['a b', 'objectId has white space in it (U+0020): remove it'],
    ['a\nb', 'objectId has white space in it (U+000A): remove it'],
    ['a\0b', 'objectId has a control character in it (U+0000): remove it'],
    ['a\ud800b', 'objectId has a lone surrogate in it (U+D800): remove it'],
  ])('names the forbidden character in %j', (objectId, message) => {
    expect(decodeRecord(record({ objectId }))).toMatchObject({ ok: false, problem: { code: 530, message } })
  })

  it('refuses invisible format characters in an objectId and in an id', () => {
    for (const invisible of ['\u200b', '\u200d', '\u202e', '\u2066', '\ufeff', '\u00ad', '\u{e0041}']) {
      expect(decodeRecord(record({ objectId: `a${invisible}b` }))).toMatchObject({ ok: false, problem: { code: 530 } })
      expect(decodeRecord(record({}, { id: `a${invisible}b` }))).toMatchObject({ ok: false, problem: { code: 535 } })
    }
  })

  it('refuses an endpoint in place of the id of a chrome token, and takes one as the channel of Windows', () => {
    for (const id of ['https://fcm.googleapis.com/fcm/send/dR:APA91b', 'HTTPS://updates.push.services.mozilla.com/x'])
      expect(decodeRecord(record({}, { id, type: 'chrome', keys: { p256dh, auth } }))).toMatchObject({
        ok: false,
        problem: { code: 535, message: expect.stringContaining('last part') },
      })
    expect(decodeRecord(record({}, { id: 'https://db5.notify.windows.com/?token=a', type: 'wns' })).ok).toBe(true)
  })

  it('takes of a chrome token only characters that endpoints have', () => {
    const chrome = (id: string) => decodeRecord(record({}, { id, type: 'chrome', keys: { p256dh, auth } })).ok
    for (const id of ['dR-x_7:APA91b.z~=', 'w%2b?token=a&b/c+d']) expect([id, chrome(id)]).toEqual([id, true])
    for (const id of ['a"b', 'a<b', 'a,b', 'é', '@x', 'a;b', "a'b", 'a\\b', 'a#b'])
      expect([id, chrome(id)]).toEqual([id, false])
  })

  it('takes what is just inside the limits', () => {
    for (const value of [
      record({ objectId: 'x'.repeat(128) }),
      record({ objectId: '😀'.repeat(128) }),
      record({}, { id: 'x'.repeat(4096) }),
      record({ identity: 'me', FBID: 'f' }),
      record({}, { keys: null }),
      web({ p256dh, auth }),
    ])
      expect(decodeRecord(value).ok).toBe(true)
  })

  it.each([
    ['__g1', 'apns', true],
    ['__g1', 'fcm', false],
    ['__g1', 'gcm', false],
    ['-h1', 'fcm', true],
    ['-h1', 'apns', false],
    ['~1', 'wns', false],
    ['~1', 'mpns', false],
    ['~1', 'fcm', true],
    ['_w_1', 'apns', false],
    ['37b08803', 'gcm', false],
  ])('warns of the objectId %s with type %s: %s', (objectId, type, warns) => {
    const decoded = decodeRecord(record({ objectId }, { type }))
    expect(decoded.ok && decoded.warnings.length).toBe(warns ? 1 : 0)
  })
})
