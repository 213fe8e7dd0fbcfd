import { describe, expect, it } from 'vitest'
import { planned } from './planned.ts'

const plan = (records: readonly unknown[], maps: string[] = []) =>
  planned({ text: records.map((one) => `${JSON.stringify(one)}\n`).join('') }, { maps })

describe('NDJSON and JSON that cannot be read are refused as a whole', () => {
  it('names the members of records that nothing is known of', async () => {
    await expect(plan([{ user: 'a', tok: 't' }, { user: 'b' }])).rejects.toThrow(
      /neither CleverTap's nor those of a known export; their members are "user", "tok": map them/,
    )
    await expect(planned({ text: '[{"user":"a"}]' })).rejects.toThrow(/neither CleverTap's/)
  })

  it('names a member that --map gives and no record has, and asks for the token', async () => {
    const records = [{ ct: 'a', tok: 't' }]
    await expect(plan(records, ['objectId=ct,id=token'])).rejects.toThrow(
      /--map id: there is no such member; the members are "ct", "tok"/,
    )
    await expect(plan(records, ['objectId=ct'])).rejects.toThrow(/no member is known as id among "ct", "tok"/)
    await expect(plan(records, ['objectId=ct,id=tok'])).resolves.toMatchObject({ format: 'ndjson' })
  })

  it('never shows a token that stands where names should be', async () => {
    await expect(plan([{ ['secret'.repeat(20)]: 1 }])).rejects.toThrow(/members are \(120 characters\)/)
  })

  it('takes a file with records of CleverTap’s shape among others, and judges row by row', async () => {
    const ours = { type: 'token', tokenData: { id: 't', type: 'fcm' }, objectId: 'a' }
    await expect(plan([{ user: 'a' }, ours])).resolves.toMatchObject({ format: 'ndjson' })
    await expect(plan([{ objectId: 'a' }])).resolves.toMatchObject({ format: 'ndjson' })
  })

  it('says of XML and of web pages how to export instead', async () => {
    for (const text of ['<?xml version="1.0"?><root/>', '\n<!doctype html><title>Sign in</title>'])
      await expect(planned({ text })).rejects.toThrow(/it is XML or a web page: export it as CSV or JSON/)
  })
})
