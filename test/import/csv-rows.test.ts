import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planCsv } from '../../src/import/csv-rows.ts'
import { ImportError } from '../../src/import/error.ts'
import { readFieldMap } from '../../src/import/field-map.ts'
import type { Row } from '../../src/import/row.ts'
import { decodeRecord } from '../../src/wire/decode.ts'
import { tokenTypes } from '../../src/wire/record.ts'
import { chunks, collect } from './chunks.ts'

const noMap = readFieldMap([])
const plan = (head: string, maps: string[] = [], type?: string) => planCsv(head, readFieldMap(maps), type)
const rowsOf = (text: string, maps: string[] = [], type?: string): Promise<Row[]> =>
  collect(plan(text, maps, type).rows(chunks(text, 11)))
const refusal = (head: string, maps: string[] = [], type?: string): string => {
  try {
    plan(head, maps, type)
  } catch (error) {
    if (error instanceof ImportError) return `${error.kind}: ${error.message}`
    throw error
  }
  return 'taken'
}

describe('the columns of a CSV file', () => {
  it.each([
    ['objectId,type,id,p256dh,auth', ','],
    ['objectId;type;id', ';'],
    ['objectId\ttype\tid', '\t'],
    ['objectId|type|id', '|'],
    ['objectId^type^id', '^'],
    ['"objectId","type","id","a note, with commas; and semicolons"', ','],
    ['sep=;\r\nobjectId;type;id', ';'],
  ])('are found in %j by their own names', (head, delimiter) => {
    const { columns, dialect } = plan(`${head}\n`)
    expect(columns).toMatchObject({ objectId: 'objectId', type: 'type', id: 'id' })
    expect(dialect.delimiter).toBe(delimiter)
  })

  it.each([
    ['clevertap_id,device_token,type', { objectId: 'clevertap_id', id: 'device_token' }],
    ['CleverTap ID;Token;Type', { objectId: 'CleverTap ID', id: 'Token', type: 'Type' }],
    ['ct_id,token_type,registration_id', { objectId: 'ct_id', type: 'token_type', id: 'registration_id' }],
    ['objectid,ID,type,p256dh key,auth_secret', { id: 'ID', p256dh: 'p256dh key', auth: 'auth_secret' }],
    ['objectId,ct_id,type,id,note', { objectId: 'objectId', id: 'id' }],
  ])('are guessed in %j where that is plain', (head, columns) => {
    expect(plan(head).columns).toMatchObject(columns)
  })

  it.each([
    ['a,b', [], undefined, /^usage: no column is known as objectId among "a", "b".*--map objectId=COLUMN/],
    ['objectId,id', [], undefined, /no column is known as type .*or give one type for all with --type$/],
    ['objectId,id', [], 'chrome', /no column is known as p256dh/],
    ['id,clevertap_id,token,type', [], undefined, /several columns may be the id: "id" \(#1\), "token" \(#3\)/],
    [
      'id,objectId,device_token,type',
      [],
      undefined,
      /several columns may be the id: "id" \(#1\), "device_token" \(#3\)/,
    ],
    ['objectId,objectId,id,type', [], undefined, /several columns may be the objectId/],
    ['a,b', ['objectId=c'], 'fcm', /--map objectId: there is no such column; the columns are "a", "b"/],
    ['identity,apns,fcm', [], undefined, /no column is known as objectId among "identity", "apns", "fcm"/],
    ['__a,fcm,bk3RNwTe3H0', [], undefined, /^usage: the first line looks like a row and must name the columns/],
    ['b\uFFFDse', [], 'fcm', /^usage: the first line, which must name the columns, is not UTF-8/],
    ['objectId,,id', ['objectId=nobody@example.com'], 'fcm', /there is no such column/],
  ])('are asked for in %j with %j', (head, maps, type, message) => {
    expect(refusal(head, maps, type)).toMatch(message)
  })

  it('are named with --map, once or several times, with commas in their names', () => {
    expect(plan('user,the token,kind', ['objectId=user,id=the token', 'type=KIND']).columns).toEqual({
      objectId: 'user',
      type: 'kind',
      id: 'the token',
    })
    expect(plan('"user, main";push', ['objectId=user, main,ID=push'], 'fcm').columns).toMatchObject({
      objectId: 'user, main',
      id: 'push',
    })
  })

  it.each([['nonsense'], ['user=ct_id'], ['objectId='], ['objectId=a,objectId=b']])('are not taken from %j', (text) => {
    expect(() => readFieldMap([text])).toThrow(/^--map (is FIELD=COLUMN|names a column)/)
  })
})

describe('the rows of a CSV file', () => {
  it('are records, whatever columns stand around them', async () => {
    const head = 'name;Type;ct_id;token\n'
    const [row] = await rowsOf(`${head}"Ann; or ""A""";FCM; __a ;tok\n`, ['objectId=ct_id'])
    expect(row).toEqual({
      line: 2,
      value: { type: 'token', tokenData: { id: 'tok', type: 'fcm' }, objectId: '__a' },
      source: ['Ann; or "A"', 'FCM', ' __a ', 'tok'],
    })
  })

  it('have keys where one of the two is there', async () => {
    const rows = await rowsOf('objectId,type,id,p256dh,auth\na,chrome,t,k,\nb,fcm,t,,\n')
    expect(rows.map(({ value }) => value)).toMatchObject([
      { tokenData: { keys: { p256dh: 'k', auth: '' } } },
      { tokenData: { id: 't' } },
    ])
    expect(rows[1]?.value).not.toHaveProperty('tokenData.keys')
  })

  it('take the type of all where they have none', async () => {
    const rows = await rowsOf('objectId,type,id\na,,t\nb,apns,t\n', [], 'fcm')
    expect(rows.map(({ value }) => value)).toMatchObject([
      { tokenData: { type: 'fcm' } },
      { tokenData: { type: 'apns' } },
    ])
  })

  it.each([
    ['values too many', 'a,fcm,t,,,x', /^there are 6 values in the row, but 5 columns$/],
    ['a quote in the middle of a value', 'a,fcm,t"u,,', /^a quote is in/],
    ['a quote that is not closed', 'a,fcm,"t,,', /^a quote in this line is not closed/],
  ])('with %s cannot be read', async (_, text, problem) => {
    const rows = await rowsOf(`objectId,type,id,p256dh,auth\n${text}\nb,fcm,t,,\n`)
    expect(rows.map((row) => row.problem)).toEqual([expect.stringMatching(problem), undefined])
  })

  it('in another encoding cannot be read where that shows in our columns', async () => {
    const bytes = Buffer.from('objectId,type,id,name\na,fcm,t,M\xfcller\nM\xfcller,fcm,t,x\n', 'latin1')
    const rows = await collect(planCsv(bytes.toString(), noMap, undefined).rows(chunks(bytes)))
    expect(rows.map((row) => row.problem)).toEqual([undefined, 'a value is not UTF-8'])
  })

  it('may be shorter, or end in empty values more, than the header', async () => {
    const rows = await rowsOf('objectId,type,id,p256dh,auth\na,fcm,t\nb,fcm,t,,,,\n')
    expect(rows.map(({ problem }) => problem)).toEqual([undefined, undefined])
  })

  it('come out as the records that were written, for any values, order of columns and delimiter', async () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'Z', '0', '-', '_', ':', ',', ';', 'é', '~'),
      maxLength: 8,
    })
    const record = fc.record({ objectId: text, type: fc.constantFrom(...tokenTypes), id: text })
    await fc.assert(
      fc.asyncProperty(
        fc.array(record, { minLength: 1, maxLength: 30 }),
        fc.shuffledSubarray(['objectId', 'type', 'id', 'note'] as const, { minLength: 4 }),
        fc.constantFrom(',', ';', '\t', '|'),
        fc.constantFrom('\n', '\r\n'),
        async (records, order, delimiter, end) => {
          const quoted = (value: string): string => `"${value.replaceAll('"', '""')}"`
          const lines = records.map((one) => order.map((name) => quoted(name === 'note' ? 'x\n"y' : one[name])))
          const csv = [order.map(String), ...lines].map((cells) => cells.join(delimiter) + end).join('')
          const rows = await rowsOf(csv)
          expect(rows).toHaveLength(records.length)
          for (const [at, row] of rows.entries()) {
            const { objectId = '', type = 'fcm', id = '' } = records[at] ?? {}
            const written = { type: 'token', tokenData: { id, type }, objectId }
            expect(row.problem).toBeUndefined()
            expect(decodeRecord(row.value).ok).toBe(decodeRecord(written).ok)
            if (decodeRecord(written).ok) expect(row.value).toEqual(written)
          }
        },
      ),
    )
  })
})
