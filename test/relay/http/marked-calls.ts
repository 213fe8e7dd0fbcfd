import { randomBytes } from 'node:crypto'
import { type Answer, type Call, origin } from './running-server.ts'
import { subscription } from './sample-records.ts'

/** A secret that can be searched for. */
export const secretOf = (name: string): string => `MARKED-${name}-${randomBytes(12).toString('hex')}`

/** All secrets in the relay's configuration. */
export const markedEnv = {
  // As short as CleverTap's own.
  CLEVERTAP_PASSCODE: 'MARKED-AAA-BBBC',
  PUSHFERRY_API_KEYS: `shop:${secretOf('api-key')}`,
  PUSHFERRY_ADMIN_KEY: secretOf('admin-key'),
  PUSHFERRY_SECRET: secretOf('secret'),
  PUSHFERRY_TICKET_KEY: secretOf('ticket-key'),
} as const
export const markedApiKey = markedEnv.PUSHFERRY_API_KEYS.slice('shop:'.length)
export const markedTokenId = secretOf('token-id')
/** 16 bytes that can be searched for in the form in which they are stored and sent. */
export const markedAuth = Buffer.from('MARKED-auth-1234').toString('base64url')

export const markedSubscription = (objectId = 'user-1') => {
  const sent = subscription(objectId)
  return {
    ...sent,
    tokenData: { ...sent.tokenData, id: markedTokenId, keys: { ...sent.tokenData.keys, auth: markedAuth } },
    endpoint: `https://fcm.googleapis.com/fcm/send/${markedTokenId}`,
  }
}
export const markedNative = (objectId = 'user-2') => ({
  type: 'token',
  tokenData: { id: markedTokenId, type: 'fcm' },
  objectId,
})

const browser = { origin, 'content-type': 'application/json' }
const backend = { 'content-type': 'application/json', authorization: `Bearer ${markedApiKey}` }
const basic = (password: string): string => `Basic ${Buffer.from(`anybody:${password}`).toString('base64')}`

/** Requests of browsers and backends, valid and invalid, with a marked secret wherever there can be one. */
export const markedCalls = (ticket: string): readonly [string, Call][] => {
  const wrong = { 'X-Pushferry-Key': secretOf('registration-key'), authorization: `Bearer ${secretOf('ticket')}` }
  const broken = (sent: object): object => ({
    ...sent,
    tokenData: { ...markedSubscription().tokenData, type: secretOf('type') },
  })
  const bodies: readonly unknown[] = [
    markedSubscription(),
    { ...markedSubscription(), endpoint: secretOf('endpoint') },
    broken(markedSubscription()),
    markedNative(),
    { d: [markedNative(), broken(markedNative())] },
  ]
  const texts = [
    ...bodies.map((body) => JSON.stringify(body)),
    `{"d":"${markedTokenId}`,
    markedTokenId, // V8's error message for this one quotes it
    `"${markedTokenId}"`,
    `"${markedTokenId.repeat(2000)}"`,
  ]
  const all: [string, Call][] = []
  for (const body of texts) {
    for (const headers of [browser, { ...browser, ...wrong }, { ...browser, authorization: `Bearer ${ticket}` }])
      all.push(['/v1/subscriptions', { method: 'POST', headers, body }])
    for (const headers of [
      backend,
      { ...backend, authorization: `Bearer ${secretOf('api-key')}` },
      { ...backend, 'content-type': 'text/plain' },
    ])
      all.push(['/1/upload', { method: 'POST', headers, body }])
    all.push(['/1/upload', { method: 'PUT', headers: backend, body }])
  }
  for (const path of [
    '/v1/subscriptions/user-1',
    '/v1/tokens/user-1',
    `/v1/tokens/${secretOf('token-id')}`,
    `/${secretOf('path')}`,
    '/v1/config',
  ])
    for (const method of ['GET', 'DELETE'])
      for (const headers of [browser, backend, { ...browser, ...wrong }])
        all.push([`${path}?key=${secretOf('query')}`, { method, headers }])
  for (const path of ['/healthz', '/readyz', '/openapi.json', '/pushferry.min.js'])
    all.push([path, { headers: backend }])
  return all
}

/** Requests of an operator to every route of the admin key, with that key, with another one and without. */
export const markedAdminCalls = (): readonly [string, Call][] => {
  const right = [
    { authorization: `Bearer ${markedEnv.PUSHFERRY_ADMIN_KEY}` },
    { authorization: basic(markedEnv.PUSHFERRY_ADMIN_KEY) },
  ]
  const all: [string, Call][] = []
  for (const headers of [
    ...right,
    { authorization: basic(secretOf('password')) },
    { authorization: backend.authorization },
  ])
    for (const path of [
      '/metrics',
      '/status',
      `/status?account=${secretOf('account')}&range=${secretOf('range')}`,
      '/status.json',
      `/status/events?account=${secretOf('account')}`,
      '/status/page.js',
      '/status/page.css',
      '/status/icon.svg',
    ])
      all.push([path, { headers }])
  for (const body of [
    { account: secretOf('account') },
    { account: [secretOf('account')] },
    `{"account":"${secretOf('account')}`,
  ])
    for (const headers of right)
      all.push(['/status/retry', { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body }])
  return all
}

/** An answer without the parts that may contain a secret: the record that the caller sent, and a new registration key. */
export const withoutEcho = ({ status, headers, text, json }: Answer): string => {
  const body = json as { unprocessed?: { record?: unknown }[]; registrationKey?: string } | undefined
  if (Array.isArray(body?.unprocessed)) for (const item of body.unprocessed) delete item.record
  return JSON.stringify([status, headers, body ?? text])
}

export const registrationKeysOf = (answers: readonly Answer[]): readonly string[] =>
  answers.flatMap(({ json }) => {
    const { registrationKey } = (json ?? {}) as { registrationKey?: string }
    return registrationKey ? [registrationKey] : []
  })
