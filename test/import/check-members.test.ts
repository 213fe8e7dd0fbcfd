import { describe, expect, it } from 'vitest'
import { collect } from './chunks.ts'
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

  it('asks which of two members is the token, because one may number the rows', async () => {
    const records = [{ id: 1, objectId: 'a', device_token: 't', type: 'fcm' }]
    for (const maps of [[], ['objectId=objectId'], ['type=type']])
      await expect(plan(records, maps)).rejects.toThrow(
        /several members may be the token: "id", "device_token"; choose one with --map id=MEMBER/,
      )
    await expect(plan(records, ['id=device_token'])).resolves.toMatchObject({ format: 'ndjson' })
  })

  const valuesOf = async (records: readonly unknown[]): Promise<unknown[]> =>
    (await collect((await plan(records)).rows())).map(({ value }) => value)

  it('reads records that have the fields of a CSV file as members of their own', async () => {
    const record = { type: 'token', tokenData: { id: 't', type: 'fcm' }, objectId: 'a' }
    expect(await valuesOf([{ objectId: 'a', type: 'FCM', id: 't', more: 1 }, { id: 't' }])).toEqual([
      record,
      { type: 'token', tokenData: { id: 't' } },
    ])
  })

  it('leaves records as they are that only lack tokenData', async () => {
    for (const bad of [{ type: 'token', id: 't', objectId: 'a' }, { objectId: 'a' }])
      expect(await valuesOf([bad])).toEqual([bad])
  })

  it('asks for the token of flat records that have it by another name', async () => {
    await expect(plan([{ objectId: 'a', type: 'fcm', token: 't' }])).rejects.toThrow(
      /no member is known as id among "objectId", "type", "token"; name it with --map id=MEMBER/,
    )
  })

  it.each([
    { clevertap_id: '__a', type: 'fcm', token: 't' },
    { type: 'android', device_token: 't', user: 7 },
  ])('names the members of records that have a type, and nothing else that is known: %j', async (record) => {
    await expect(plan([record])).rejects.toThrow(/neither CleverTap's nor those of a known export/)
  })

  it('says how to map a subscription that is in a member of another name', async () => {
    const pushSubscription = { endpoint: 'https://fcm.googleapis.com/fcm/send/t', keys: {} }
    for (const subscription of [pushSubscription, JSON.stringify(pushSubscription)])
      await expect(plan([{ objectId: 'a', type: 'web', pushSubscription: subscription }])).rejects.toThrow(
        '--map endpoint=pushSubscription.endpoint,p256dh=pushSubscription.keys.p256dh,auth=pushSubscription.keys.auth',
      )
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

  it('rejects the rows of a file of rejected rows again, although none has the member that each of them lacks', async () => {
    const again = { line: 1, code: 530, reason: 'why' }
    expect(
      await valuesOf([
        { ...again, code: 524 },
        { x: 1, ...again, code: 524 },
      ]),
    ).toHaveLength(2)
    await expect(plan([{ ...again, tok: 't' }], ['objectId=ct,id=tok'])).resolves.toMatchObject({ format: 'ndjson' })
    await expect(plan([{ ...again, ct: 'a' }], ['objectId=ct,id=tok'])).resolves.toMatchObject({ format: 'ndjson' })
    // The options of the first import are missing.
    await expect(plan([{ ...again, ct: 'a', tok: 't' }])).rejects.toThrow(/neither CleverTap's/)
    await expect(plan([{ ...again, objectId: 'a', tok: 't' }, again])).resolves.toMatchObject({ format: 'ndjson' })
    await expect(plan([{ ...again, objectId: 'a', token: 't' }])).rejects.toThrow(/no member is known as id/)
  })
})
