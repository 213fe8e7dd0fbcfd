import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readFieldMap } from '../../src/import/field-map.ts'
import { jsonRows } from '../../src/import/json-rows.ts'
import { jsonValues } from '../../src/import/json-values.ts'
import type { Row } from '../../src/import/row.ts'
import { chunks, collect } from './chunks.ts'

const valuesOf = async (text: string, size = 5): Promise<string[]> =>
  (await collect(jsonValues(chunks(text, size)))).map(({ bytes, cut }) => `${bytes}${cut ? ` (${cut})` : ''}`)
const rowsOf = (
  form: 'lines' | 'document',
  text: string | Uint8Array,
  maps: string[] = [],
  type?: string,
): Promise<Row[]> => collect(jsonRows(chunks(text), form, { map: readFieldMap(maps), defaultType: type }))
const values = async (...args: Parameters<typeof rowsOf>): Promise<unknown[]> =>
  (await rowsOf(...args)).map(({ value, problem }) => problem ?? value)

describe('the records of a JSON document', () => {
  it.each([
    ['its array d', '{"d":[{"a":1},{"a":[2]}]}', ['{"a":1}', '{"a":[2]}']],
    ['d behind and before other members', '{"x":{"d":[0]},"d":[1, "2,]",{}],"d":[3],"y":["d"]}', ['1', '"2,]"', '{}']],
    ['an array that is all of it', ' [{"a":1}\n,{"b":"]"}]', ['{"a":1}', '{"b":"]"}']],
    ['itself', '{"a":"\\"d\\"","b":[1]}', ['{"a":"\\"d\\"","b":[1]}']],
    ['several documents', '{"a":1}\n{"d":[{"b":2}]}\n[3]', ['{"a":1}', '{"b":2}', '3']],
    ['nothing', '{"d":[]}', []],
    ['an object that only seems to be a list', '{"d":{"d":[1]}}', ['{"d":{"d":[1]}}']],
    ['no objects', '{"d":[1,true,null,"x"]}', ['1', 'true', 'null', '"x"']],
  ])('reads as rows of a JSON file: %s', async (_, text, expected) => {
    for (const size of [1, 3, 1000]) expect(await valuesOf(text, size)).toEqual(expected)
  })

  it.each([
    ['{"d":[{"a":1},{"a', ['{"a":1}', '{"a (end)']],
    ['{"d":[{"a":1},', ['{"a":1}', ' (end)']],
    ['[{"a":1}', ['{"a":1}', ' (end)']],
    ['{"a', ['{"a (end)']],
  ])('are cut where the document is: %s', async (text, expected) => {
    expect(await valuesOf(text)).toEqual(expected)
  })

  it('are those that JSON.parse finds, wherever the document is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue({ maxDepth: 3 })),
        fc.dictionary(fc.constantFrom('a', 'd2', '"d"', 'e'), fc.jsonValue({ maxDepth: 2 })),
        fc.constantFrom(undefined, 2),
        fc.integer({ min: 1, max: 50 }),
        async (records, others, space, size) => {
          const found = await valuesOf(JSON.stringify({ ...others, d: records }, undefined, space), size)
          expect(found.map((text) => JSON.parse(text))).toEqual(JSON.parse(JSON.stringify(records)))
        },
      ),
    )
  })

  it('know their lines', async () => {
    const pieces = await collect(jsonValues(chunks('{\n"d": [\n{"a":\n1},\n\n{"b":2}]}')))
    expect(pieces.map(({ line }) => line)).toEqual([3, 6])
  })

  it('hold no more than a record can have', async () => {
    const [piece, other] = await collect(jsonValues(chunks(`{"d":[{"a":"${'x'.repeat(2_000_000)}"},{"b":1}]}`, 65_536)))
    expect(piece).toMatchObject({ cut: 'length' })
    expect(piece?.bytes.length).toBe(1024 * 1024)
    expect(String(other?.bytes)).toBe('{"b":1}')
  })
})

describe('rows of JSON', () => {
  it('stand one in a line, blank lines and a missing last line break aside', async () => {
    const rows = await rowsOf('lines', '{"a":1}\r\n\n  {"b":2}  \n{"c":3}')
    expect(rows.map(({ line, value }) => [line, value])).toEqual([
      [1, { a: 1 }],
      [3, { b: 2 }],
      [4, { c: 3 }],
    ])
  })

  it('that cannot be read are one row each', async () => {
    expect(await values('lines', '{"a":1\nx\n{"b":2}')).toEqual(['it is not JSON', 'it is not JSON', { b: 2 }])
    expect(await values('lines', Buffer.from('{"a":"\xfc"}\n{"b":2}', 'latin1'))).toEqual(['it is not UTF-8', { b: 2 }])
    expect(await values('lines', `"${'x'.repeat(1_100_000)}"\n1`)).toEqual(['it is too long for a record', 1])
    expect(await values('document', '{"d":[{"a":1},{"a":}]}')).toEqual([{ a: 1 }, 'it is not JSON'])
    expect(await values('document', '{"d":[{"a":1},{')).toEqual([
      { a: 1 },
      'the document ends inside this record: was the file cut off?',
    ])
  })

  it('take the type of all where their token has none', async () => {
    const text = '{"tokenData":{"id":"t"}}\n{"tokenData":{"id":"t","type":"apns"}}\n{"type":"token"}\n5'
    expect(await values('lines', text, [], 'fcm')).toEqual([
      { tokenData: { id: 't', type: 'fcm' } },
      { tokenData: { id: 't', type: 'apns' } },
      { type: 'token' },
      5,
    ])
  })

  it('are put together from members with --map', async () => {
    const text = '{"ct_id":"__a","push":"t","type":"FCM"}\n{"ct_id":7,"tokenData":{"id":"t"},"type":"token"}'
    expect(await values('lines', text, ['objectId=ct_id,id=push'])).toEqual([
      { type: 'token', tokenData: { id: 't', type: 'fcm' }, objectId: '__a' },
      { ct_id: 7, type: 'token', tokenData: { id: 't' }, objectId: 7 },
    ])
  })
})
