import { chmodSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readRow } from '../../src/import/check-rows.ts'
import { createRejects } from '../../src/import/rejects.ts'
import { createRejectsFile } from '../../src/import/rejects-file.ts'
import { decodeRecord } from '../../src/wire/decode.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { collect } from './chunks.ts'
import { planned } from './planned.ts'

const folder = () => {
  const made = temporaryFolder()
  onTestFinished(made.remove)
  return made
}
/** The records of a text, or why a row of it is refused. */
const read = async (text: string, maps: string[] = [], type = 'fcm'): Promise<unknown[]> =>
  (await collect((await planned({ text }, { maps, type })).rows())).map((row) => {
    const decoded = row.problem === undefined ? decodeRecord(row.value) : undefined
    if (decoded === undefined) return row.problem
    return decoded.ok ? decoded.record : decoded.problem.code
  })
const record = (objectId: string, id = 't', type = 'fcm') => ({ type: 'token', tokenData: { id, type }, objectId })

describe('what exporters and spreadsheets do to a file', () => {
  it.each(['NULL', 'null', '\\N', 'undefined', 'None', 'nan', '(null)', '#N/A'])(
    '%s in the key columns of a native token counts as empty',
    async (nothing) => {
      const text = `objectId,type,id,p256dh,auth\na,fcm,t,${nothing},${nothing}\n`
      expect(await read(text)).toEqual([record('a')])
    },
  )

  it.each(['NULL', null, ''])(
    '%j for the keys of a native token in CleverTap’s own shape counts as none',
    async (nothing) => {
      const keys = { p256dh: nothing, auth: nothing }
      const tokens = [
        { id: 't', type: 'fcm', keys },
        { id: 't', type: 'fcm', keys: {} },
        { id: 't', type: 'chrome', keys },
      ]
      const lines = tokens.map((tokenData) => JSON.stringify({ type: 'token', tokenData, objectId: 'a' })).join('\n')
      expect(await read(lines)).toEqual([record('a'), record('a'), 535])
    },
  )

  it('a placeholder in the type column leaves the type to --type', async () => {
    expect(await read('objectId,type,id\na,NULL,t\n')).toEqual([record('a')])
  })

  it('the apostrophe that keeps a cell from being a formula is taken off', async () => {
    expect(await read("objectId,type,id\n'-HwB9,apns,t\n")).toEqual([record('-HwB9', 't', 'apns')])
    expect(await read("objectId,type,id\n'a,fcm,'t\n")).toEqual([record("'a", "'t")])
  })

  it('the apostrophe before a number or before the prefix of a platform is taken off', async () => {
    const text = "objectId,type,id\n'00123,fcm,'7\n'__abc,fcm,t\n'~win,wns,t\n"
    expect(await read(text)).toEqual([record('00123', '7'), record('__abc'), record('~win', 't', 'wns')])
    expect(await read("objectId,type,id\n'1.2E+17,fcm,t\n'#NAME?,fcm,t\n")).toEqual([530, 530])
  })

  it('a formula that is only a string is that string, quoted or not', async () => {
    const text = 'objectId,type,id\n="00123",fcm,t\n"=""-HwB9""",apns,="a"\n"=""a""""b""",fcm,t\n'
    expect(await read(text)).toEqual([record('00123'), record('-HwB9', 'a', 'apns'), record('a"b')])
    expect(await read('objectId,type,id\n="a"x,fcm,t\n')).toEqual(['a quote is in the middle of a value'])
  })

  it('a number that JSON cannot hold exactly is refused, and a safe one is taken', async () => {
    const [lossy, safe, float] = await read(
      '{"ct":12345678901234567890,"t":"x"}\n{"ct":42,"t":"x"}\n{"ct":1.5,"t":"x"}',
      ['objectId=ct,id=t'],
    )
    expect(lossy).toBe('the objectId is a number that is not exact in JSON: export it as a string, in quotes')
    expect(safe).toEqual(record('42', 'x'))
    expect(float).toBe(lossy)
  })

  it('lines that end in two carriage returns are read, quoted or not', async () => {
    expect(await read('objectId,type,id\r\r\na,fcm,t\r\r\n"b","fcm","t"\r\r\n')).toEqual([record('a'), record('b')])
    expect(await read('"objectId","type","id"\r\r\n"a","fcm","t"\r\r\n')).toEqual([record('a')])
  })

  it.each([3, 10_240, 3_000_000])('passes over zeros behind a gzip: %i of them', async (zeros) => {
    const { file } = folder()
    const rows = Array.from({ length: 1000 }, (_, n) => `__${n},fcm,t\n`).join('')
    writeFileSync(file('a.gz'), Buffer.concat([gzipSync(`objectId,type,id\n${rows}`), Buffer.alloc(zeros)]))
    expect(await collect((await planned({ path: file('a.gz') })).rows())).toHaveLength(1000)
  })

  it('of two columns with one name the question can be answered by position', async () => {
    const text = 'objectId,token,token\na,first,second\n'
    await expect(read(text)).rejects.toThrow(
      'several columns may be the id: "token" (#2), "token" (#3); choose one with --map id=COLUMN, by name or as #2 by position',
    )
    expect(await read(text, ['id=#3'])).toEqual([record('a', 'second')])
  })

  it('rows of delimiters alone are passed over like empty lines', async () => {
    expect(await read('objectId,type,id\na,fcm,t\n,,\n" ",,""\n,,\n')).toEqual([record('a')])
  })

  it('a header that is repeated, as in files that were joined, is passed over', async () => {
    const file = '\'objectId,type,"id"\na,fcm,t\n'
    expect(await read(`${file}${file}`)).toEqual([record('a'), record('a')])
  })

  it.each([
    '"objectId", "type", "id"\n"a", "fcm", "t"\n "b","fcm",   "t"\n',
    'objectId,type,id\na,fcm,t\n"b", "fcm", t \n',
    '"objectId";  "type"; "id"\r\n"a"; "fcm"; "t"\r\n"b"; fcm;  "t"\r\n',
  ])('spaces before a quote are no part of the value: %j', async (text) => {
    expect(await read(text)).toEqual([record('a'), record('b')])
  })

  it.each(["'", '`'])(
    'values in %s are refused, because the quotes would become part of every token',
    async (quote) => {
      const text = ['objectId,id', '__a,t']
        .map((line) => quote + line.replace(',', `${quote},${quote}`) + quote)
        .join('\n')
      await expect(read(text)).rejects.toThrow('its values are in single quotes or backticks')
    },
  )

  it('a name of a column may have a line break', async () => {
    expect(await read('"object\nId",type,id\na,fcm,t\n', ['objectId=#1'])).toEqual([record('a')])
    expect(await read('objectId,"a\r\nb",type,id\na,,fcm,t\n')).toEqual([record('a')])
  })

  it('a carriage return ends a line of CSV and of NDJSON, also where other lines end otherwise', async () => {
    expect(await read('objectId,type,id\na,fcm,t\rb,fcm,t\r')).toEqual([record('a'), record('b')])
    expect(await read('objectId,type,id\ra,fcm,t\nb,fcm,t\r\n')).toEqual([record('a'), record('b')])
    const [a, b] = [JSON.stringify(record('a')), JSON.stringify(record('b'))]
    for (const end of ['\r', '\r\n', '\n\r', '\r\r\n'])
      expect(await read(`${a}${end}${end}${b}${end}${a}`), JSON.stringify(end)).toEqual(
        ['a', 'b', 'a'].map((id) => record(id)),
      )
  })

  it('an endpoint of Google that ends in more than a token is refused', async () => {
    const { publicKey, auth } = { publicKey: `BA${'A'.repeat(85)}`, auth: 'A'.repeat(22) }
    const text = `objectId,endpoint,p256dh,auth\na,https://fcm.googleapis.com/fcm/send/t?x=1,${publicKey},${auth}\n`
    expect(await read(text)).toEqual([expect.stringContaining('that FCM does not use')])
  })

  it('a value with doubled quotes is read, and one with a stray quote is not', async () => {
    const text = 'objectId,type,id,note\n"a""b",fcm,"t""",5" tall\n'
    expect(await read('objectId,type,id\n"a""b",fcm,"t"""\n')).toEqual([record('a"b', 't"')])
    expect(await read(text)).toEqual(['a quote is in the middle of a value'])
    expect(await read('objectId,type,id\na"b,fcm,t\n')).toEqual(['a quote is in the middle of a value'])
  })
})

describe('a file of rejected rows', () => {
  const rejected = async (text: string, path: string): Promise<string> => {
    const plan = await planned({ text })
    const rejects = createRejects(path, [plan])
    for (const row of await collect(plan.rows())) rejects.add(plan.shape, row, { code: 535, reason: 'why' })
    rejects.close()
    return readFileSync(path, 'utf8')
  }

  it('holds no formula, and is read back unchanged', async () => {
    const text = 'objectId,type,id,note\n=cmd|x,fcm,+1,@a\n-HwB9,apns,"=""x""",\n\'-b,apns,\'\'=y,\n'
    const file = await rejected(text, folder().file('r.csv'))
    expect(file).not.toMatch(/(^|,|")[=+@-]/m)
    const values = async (one: string): Promise<unknown[]> =>
      (await collect((await planned({ text: one })).rows())).map((row) => readRow(row))
    expect(await values(file)).toEqual(await values(text))
  })

  it('has a string formula as its string', async () => {
    const file = await rejected('objectId,type,id\n="00123",fcm,"=""=x"""\n', folder().file('r.csv'))
    expect(await read(file)).toEqual([record('00123', '=x')])
  })

  it('is never called -, which elsewhere is standard output', () => {
    const shape = { kind: 'csv', header: ['id'], delimiter: ',' } as const
    expect(() => createRejectsFile('-', shape)).toThrow('--rejects -: give the name of a file')
  })

  it('is for its owner alone also where it existed, and where a link leads to it', async () => {
    const { file } = folder()
    writeFileSync(file('old.csv'), 'x')
    chmodSync(file('old.csv'), 0o644)
    symlinkSync(file('old.csv'), file('link.csv'))
    await rejected('objectId,type,id\na,fcm,t\n', file('link.csv'))
    expect(statSync(file('old.csv')).mode & 0o777).toBe(0o600)
  })
})
