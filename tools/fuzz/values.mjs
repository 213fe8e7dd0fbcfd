/** The profiles, tokens and keys of the load: enough valid ones that requests pass every check, and pairs that conflict. */
import { createECDH, randomBytes } from 'node:crypto'
import { signTicket } from '../../dist/ticket/index.js'

export const origins = { open: 'https://open.example', ticketed: 'https://ticketed.example' }
/** One key per account: a ticket for one must not be valid for the other. */
export const ticketKeys = {
  open: randomBytes(24).toString('base64url'),
  ticketed: randomBytes(24).toString('base64url'),
}
const ticketKey = ticketKeys.ticketed

/** Few objectIds, so that rows are made, replaced, withdrawn and erased many times. */
const harmless = Array.from({ length: 120 }, (_, at) => `person-${at}`)
/** Unusual but valid objectIds. */
export const oddObjectIds = [
  '__proto__',
  'constructor',
  'toString',
  'a/b',
  '..',
  '%2e%2e',
  'ü😀',
  'o'.repeat(128),
  '😀'.repeat(128),
  `"'><script>`,
  '[objectObject]',
  '-1',
  "';drop/**/table/**/tokens;--",
]
export const objectIds = [...harmless, ...oddObjectIds]

const p256dh = () => createECDH('prime256v1').generateKeys().toString('base64url')

/** The keys of a browser's subscription. */
export const subscriptions = Array.from({ length: 200 }, (_, at) => {
  const id = `web${at}:APA91b${randomBytes(30).toString('base64url')}`
  const keys = { p256dh: p256dh(), auth: randomBytes(16).toString('base64url') }
  return {
    type: 'token',
    tokenData: { id, type: 'chrome', keys },
    endpoint: `https://fcm.googleapis.com/fcm/send/${id}`,
  }
})

const nativeTypes = ['apns', 'gcm', 'fcm', 'wns', 'mpns']
export const nativeTokens = nativeTypes.flatMap((type) =>
  Array.from({ length: 20 }, (_, at) => ({ id: `${type}-token-${at}`, type })),
)

const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Valid tickets by objectId. */
export const tickets = new Map()
for (const objectId of objectIds)
  tickets.set(objectId, await signTicket({ objectId, key: ticketKey, expiresInSeconds: 900 }))

const now = Math.floor(Date.now() / 1000)
const good = tickets.get('person-0')
/** Bearer values that prove nothing. */
export const badTickets = [
  'x',
  '..',
  'a.b.c',
  'e30.e30.e30',
  `${encode({ alg: 'none' })}.${encode({ sub: 'person-0', exp: now + 300 })}.`,
  `${encode({ alg: 'HS256', crit: ['x'], x: 1 })}.${encode({ sub: 'person-0', exp: now + 300 })}.AAAA`,
  `${encode({ alg: 'HS256', kid: { a: 1 } })}.${encode({ sub: {} })}.AAAA`,
  `${encode({ alg: ['HS256'], b64: false })}.${encode([])}.AAAA`,
  `${encode({ alg: 'HS256', jku: 'http://127.0.0.1:1/keys', jwk: { kty: 'oct', k: 'AAAA' } })}.${encode({})}.AAAA`,
  good.slice(0, -2),
  `${good}.${good}`,
  `${good.split('.').slice(0, 2).join('.')}.${'A'.repeat(43)}`,
  await signTicket({ objectId: 'person-0', key: ticketKey, now: () => Date.now() - 3_600_000 }),
  await signTicket({ objectId: 'person-0', key: ticketKey, now: () => Date.now() + 3_600_000 }),
  await signTicket({ objectId: 'person-0', key: randomBytes(32) }),
  'A'.repeat(8000),
]
