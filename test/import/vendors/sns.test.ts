import { describe, expect, it } from 'vitest'
import { fixture, imported, record } from './imported.ts'

const endpoints = fixture('sns.json')
const on = 'CustomUserData=identity'
const sent = [record('-ios-1', 'apns', 'ios-token'), record('__android-1', 'fcm', 'android-token')]

describe('a list of Amazon SNS endpoints', () => {
  it('is imported as the AWS command prints it, without what SNS has disabled and its sandboxes', async () => {
    const { code, err, summary, received } = await imported('endpoints.json', endpoints, { on })
    expect(err).toContain(
      'a list of Amazon SNS endpoints, by its members: JSON: type from EndpointArn, id from Attributes.Token',
    )
    expect(summary).toEqual({
      read: 5,
      queued: 2,
      unchanged: 0,
      rejected: {},
      skipped: { dead: 1, 'other channel': 1 },
      unmatched: 1,
    })
    expect(received).toEqual(sent)
    expect(code).toBe(1)
  })

  it.each([
    ['pages, one behind the other', `${endpoints}${endpoints}`],
    ['a list on one line', JSON.stringify(JSON.parse(endpoints))],
    ['the endpoints alone', JSON.stringify(JSON.parse(endpoints).Endpoints)],
    [
      'an endpoint a line',
      JSON.parse(endpoints)
        .Endpoints.map((one: unknown) => JSON.stringify(one))
        .join('\n'),
    ],
  ])('reads a file with endpoints of Amazon SNS that is %s', async (_what, text) => {
    expect((await imported('endpoints', text, { on })).received).toEqual(sent)
  })

  it('may have the user inside of JSON in CustomUserData', async () => {
    const text = endpoints.replaceAll('"u1"', String.raw`"{\"user\":\"u1\"}"`)
    expect((await imported('e.json', text, { on: 'Attributes.CustomUserData.user=identity' })).received).toEqual(sent)
  })

  it.each([
    ['"Token"', '"DeviceToken"', 'has no member Attributes.Token among "Enabled", "DeviceToken", "CustomUserData"'],
    ['"Enabled"', '"Active"', 'has no member Attributes.Enabled among "Active", "Token", "CustomUserData"'],
    ['"EndpointArn"', '"Arn"', 'has no member EndpointArn among "Arn", "Attributes"'],
  ])('is refused with the name of what is missing where %s is %s', async (name, other, message) => {
    const { code, err } = await imported('e.json', endpoints.replaceAll(name, other), { on })
    expect(err).toContain(`this looks like a list of Amazon SNS endpoints, but ${message}`)
    expect(code).toBe(2)
  })

  it('rejects an endpoint without a token, and one of an unknown platform', async () => {
    const [first, second, ...rest] = JSON.parse(endpoints).Endpoints
    const { Token: _, ...attributes } = first.Attributes
    const unknown = { ...second, EndpointArn: second.EndpointArn.replace('/APNS/', '/NEWPUSH/') }
    const text = JSON.stringify([{ ...first, Attributes: attributes }, unknown, ...rest])
    expect((await imported('e.json', text, { on })).summary).toMatchObject({ rejected: { 532: 1, 535: 1 } })
  })

  it.each([
    ['"False"', { skipped: { dead: 1 } }],
    ['0', { skipped: { dead: 1 } }],
    ['"FALSCH"', { rejected: { malformed: 1 } }],
    ['true', { queued: 1 }],
  ])('with Enabled of %s gives or leaves out its endpoint', async (written, expected) => {
    const arn = 'arn:aws:sns:eu-west-1:1:endpoint/GCM/app/1'
    const attributes = `{"Enabled":${written},"Token":"t","CustomUserData":"u1"}`
    const text = `{"Endpoints":[{"EndpointArn":"${arn}","Attributes":${attributes}}]}`
    expect((await imported('e.json', text, { on })).summary).toMatchObject({ queued: 0, ...expected })
  })
})
