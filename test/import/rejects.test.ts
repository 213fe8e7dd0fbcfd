import { chmodSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readRow } from '../../src/import/check-rows.ts'
import type { Plan } from '../../src/import/plan.ts'
import { createRejects } from '../../src/import/rejects.ts'
import { memoryFolder } from '../support/temporary-folder.ts'
import { collect } from './chunks.ts'
import { planned } from './planned.ts'

const folder = () => {
  const made = memoryFolder()
  onTestFinished(made.remove)
  return made
}

/** Refuses every row of some texts, and returns the files that come out. */
const refuseAll = async (texts: readonly string[], path: string, type?: string): Promise<string[]> => {
  const plans = await Promise.all(texts.map((text) => planned({ text }, { type })))
  const rejects = createRejects(path, plans)
  for (const { rows, shape } of plans)
    for (const row of await collect(rows())) rejects.add(shape, row, { code: 535, reason: 'why, "really"' })
  rejects.close()
  return rejects.paths.map((one) => readFileSync(one, 'utf8'))
}
/** Refuses the rows that an import rejects, and returns the file that comes out. */
const refuseRejected = async (input: string | Plan, path: string): Promise<string> => {
  const plan = typeof input === 'string' ? await planned({ text: input }) : input
  const rejects = createRejects(path, [plan])
  for (const row of await collect(plan.rows())) {
    const read = readRow(row)
    if (!read.ok) rejects.add(plan.shape, row, read.rejection)
  }
  rejects.close()
  return readFileSync(path, 'utf8')
}
const isRejection = (one: unknown): boolean => typeof one === 'object' && one !== null && 'reason' in one
const recordsOf = async (text: string, type?: string): Promise<unknown[]> =>
  (await collect((await planned({ text }, { type })).rows())).map((row) => {
    const read = readRow(row)
    return read.ok ? read.row : read.rejection
  })

describe('the file of rejected rows', () => {
  it('has the columns of its input, and line, code and reason behind them', async () => {
    const [file] = await refuseAll(['name;objectId;id\n"A;\nB";a;t\nC;b;\n'], folder().file('r.csv'), 'fcm')
    expect(file).toBe(
      'name;objectId;id;line;code;reason\n"A;\nB";a;t;2;535;"why, ""really"""\nC;b;;4;535;"why, ""really"""\n',
    )
  })

  it('of JSON has the same as members', async () => {
    const { file } = folder()
    const lines = '{"objectId":"a","x":1}\nnonsense\n7'
    const [ndjson] = await refuseAll([lines], file('r.ndjson'))
    expect(
      ndjson
        ?.trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { objectId: 'a', x: 1, line: 1, code: 535, reason: 'why, "really"' },
      { text: 'nonsense', line: 2, code: 535, reason: 'why, "really"' },
      { text: '7', line: 3, code: 535, reason: 'why, "really"' },
    ])
    const [json] = await refuseAll(['{"d":[{"objectId":1},\n{"b":2}]}'], file('r.json'))
    expect(JSON.parse(json ?? '')).toEqual({
      d: [
        { objectId: 1, line: 1, code: 535, reason: 'why, "really"' },
        { b: 2, line: 2, code: 535, reason: 'why, "really"' },
      ],
    })
  })

  it('can be imported again, and rejected again, without growing', async () => {
    const text = fc.string({ unit: fc.constantFrom('a', '-', ',', ';', 'é', ' ', "'"), maxLength: 6 })
    const rows = fc.array(fc.tuple(text, fc.constantFrom('fcm', 'apns', '', 'x'), text), { minLength: 1, maxLength: 8 })
    const { file } = folder()
    await fc.assert(
      fc.asyncProperty(rows, fc.constantFrom(',', ';', '\t'), async (table, delimiter) => {
        const quoted = (cell: string): string => `"${cell}"`
        const input = [['objectId', 'type', 'id'], ...table]
          .map((cells) => cells.map(quoted).join(delimiter))
          .join('\n')
        const [once = ''] = await refuseAll([input], file('a'))
        const [twice = ''] = await refuseAll([once], file('b'))
        expect(await recordsOf(once)).toEqual(await recordsOf(input))
        expect(await recordsOf(twice)).toEqual(await recordsOf(input))
        expect(twice.split('\n')[0]).toBe(['objectId', 'type', 'id', 'line', 'code', 'reason'].join(delimiter))
      }),
      { numRuns: 40 },
    )
  })

  it('of JSON has numbers as they were written, also those that are not exact', async () => {
    const rows = [
      '{"ct":12345678901234567890,"tok":"t2"}',
      '{"objectId":98765432109876543219,"n":[1.50,1e3],"type":"fcm","id":"t"}',
      '{"type":"token","objectId":"__a","tokenData":{"id":12345678901234567890,"type":"fcm"}}',
    ]
    const { file } = folder()
    const [ndjson] = await refuseAll([rows.join('\n')], file('r'))
    const [json] = await refuseAll([`{"d":[${rows.join(',')}]}`], file('r'))
    for (const row of rows) {
      expect(ndjson).toContain(row.slice(1))
      expect(json).toContain(row.slice(1))
    }
    const [again] = await refuseAll([ndjson ?? ''], file('r2'))
    expect(again).toBe(ndjson)
  })

  it('of JSON keeps members of a record that are called line, code or reason', async () => {
    const [file = ''] = await refuseAll(['{"objectId":"a","code":"tok","line":7,"reason":"r"}\n'], folder().file('r'))
    expect(JSON.parse(file)).toEqual({ objectId: 'a', code: 'tok', line: 7, reason: 'r' })
    const [again] = await refuseAll([file], folder().file('r'))
    expect(again).toBe(file)
  })

  it.each(['tok"x', '"tokx', '"tok"x', '"tok" ', '="tok"x'])(
    'keeps a row with the quotes of %j refused until somebody has corrected it',
    async (cell) => {
      const path = folder().file('r')
      const input = `objectId,type,id\n__a,fcm,${cell}\n`
      const refused = await refuseRejected(input, path)
      expect(await recordsOf(refused)).toEqual([{ code: 'malformed', reason: expect.stringContaining('quote') }])
      expect(await refuseRejected(refused, path)).toBe(refused)
      const corrected = refused.replace(/__a,fcm,.*,2,/, '__a,fcm,tok,2,')
      expect(await recordsOf(corrected)).toEqual([expect.objectContaining({ objectId: '__a' })])
    },
  )

  it('has no row that is accepted when nobody has corrected it', async () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', ' ', '=', "'"), maxLength: 6 })
    const line = fc.tuple(cell, fc.constantFrom('fcm', '"fcm', 'x'), cell).map((cells) => cells.join(','))
    const { file } = folder()
    await fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 5 }), async (lines) => {
        const refused = await refuseRejected(['objectId,type,id', ...lines].join('\n'), file('a'))
        expect((await recordsOf(refused)).filter((one) => !isRejection(one))).toEqual([])
        expect((await refuseRejected(refused, file('b'))).split('\n')).toHaveLength(refused.split('\n').length)
      }),
      { numRuns: 300, examples: [[['",fcm,=""""', ',fcm,']], [['a,fcm,="" ']], [['a,fcm,a,=""']]] },
    )
  })

  it.each([
    ['is not JSON', 'ndjson', '{"broken', 'it is not JSON'],
    ['is no object', 'json', '{"d":[7]}', 'the record must be an object'],
    [
      'is not UTF-8',
      'ndjson',
      Buffer.from('{"type":"token","objectId":"__a","tokenData":{"type":"fcm","id":"t\xff"}}', 'latin1'),
      'it is not UTF-8',
    ],
    ['is cut off', 'json', '{"d":[{"objectId":"__a","type":"to', 'it is not JSON'],
    ['is all of a vendor’s that is left', 'json', '{"d":[\n{"external_id":"u1","push_tokens":[{', 'it is not JSON'],
  ])('of JSON keeps a row that %s refused until somebody has corrected it', async (_, name, text, reason) => {
    const { file } = folder()
    writeFileSync(file(name), text)
    const plan = await planned({ path: file(name) })
    const refused = await refuseRejected(plan, file('r'))
    expect(await recordsOf(refused)).toEqual([expect.objectContaining({ reason })])
    const again = await refuseRejected(refused, file('r2'))
    expect(await refuseRejected(again, file('r3'))).toBe(again)
    const record = '{"type":"token","objectId":"__b","tokenData":{"type":"fcm","id":"t"}}'
    const corrected = again.replace(/"text":"(?:[^"\\]|\\.)*"/, () => `"text":${JSON.stringify(record)}`)
    expect(await recordsOf(corrected)).toEqual([expect.objectContaining({ objectId: '__b' })])
  })

  it('keeps a row with values too many refused until somebody has fixed it', async () => {
    const [file = ''] = await refuseAll(['objectId,type,id\na,fcm,t,x\n'], folder().file('r'))
    expect(await recordsOf(file)).toEqual([{ code: 'malformed', reason: expect.stringContaining('7 values') }])
  })

  it('is one for inputs of the same columns, and a numbered one for each that differs', async () => {
    const { file } = folder()
    const csv = 'objectId,type,id\na,fcm,t\n'
    const plans = await Promise.all(
      [csv, '{"objectId":"a"}', csv, 'objectId;id;type\na;b;c\n'].map((text) => planned({ text })),
    )
    const { paths, close } = createRejects(file('r.csv'), plans)
    close()
    expect(paths).toEqual([file('r.csv'), file('r-2.csv'), file('r-3.csv')])
  })

  it('never takes the place of an input, says early when it cannot be written, and is read by its owner only', async () => {
    const { file } = folder()
    writeFileSync(file('in.csv'), 'objectId,type,id\na,fcm,t\n')
    const plan = await planned({ path: file('in.csv') })
    expect(() => createRejects(file('in.csv'), [plan])).toThrow(/--rejects would overwrite an input/)
    expect(() => createRejects(file('no/such/folder'), [plan])).toThrow(/--rejects .*: there is no such folder$/)
    createRejects(file('out.csv'), [plan]).close()
    expect(statSync(file('out.csv')).mode & 0o777).toBe(0o600)
    chmodSync(file('out.csv'), 0o644)
    symlinkSync(file('out.csv'), file('link.csv'))
    createRejects(file('link.csv'), [plan]).close()
    expect(statSync(file('out.csv')).mode & 0o777).toBe(0o600)
  })
})
