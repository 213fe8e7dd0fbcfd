import { Type } from 'typebox'
import { maxIntakeBatch, maxObjectIdLength, maxTokenIdLength } from '../../wire/limits.ts'
import { recordProblems, relayProblems } from '../../wire/problem.ts'
import { tokenTypes } from '../../wire/record.ts'

/*
 * Schemas of requests and answers, for OpenAPI and for the compiled serializers. Bodies are not checked against them: the record
 * decoder does that in a third of the time, with CleverTap's codes.
 */

/** One of some strings. With `type`, so that the compiled serializer treats it as a string. */
const oneOf = <const T extends string>(...values: readonly T[]) => Type.Unsafe<T>({ type: 'string', enum: values })
const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()])

const objectId = Type.String({
  minLength: 1,
  maxLength: maxObjectIdLength,
  description: 'The CleverTap ID of the profile; no white space or control characters.',
})

export const objectIdParams = Type.Object({ objectId })

const tokenData = Type.Object(
  {
    id: Type.String({ minLength: 1, maxLength: maxTokenIdLength }),
    type: oneOf(...tokenTypes),
    keys: Type.Optional(
      Type.Object(
        { p256dh: Type.String(), auth: Type.String() },
        { description: 'Base64 in either alphabet, padded or not. Only for type chrome.' },
      ),
    ),
  },
  { description: 'The token as its platform gave it.' },
)
const recordMembers = { type: oneOf('token'), tokenData, objectId }
const record = Type.Object(recordMembers)

export const subscriptionBody = Type.Object({
  ...recordMembers,
  endpoint: Type.String({
    description:
      'PushSubscription.endpoint. Its host identifies the push service; its last part is the id of the token.',
  }),
  replaces: Type.Optional(
    Type.String({ description: 'The token id that this one replaces, if the browser knows it.' }),
  ),
})

export const acknowledgement = Type.Object(
  {
    result: oneOf('queued', 'replaced', 'unchanged'),
    objectId: Type.String(),
    registrationKey: Type.String({ description: 'Send it as X-Pushferry-Key later. Secret.' }),
  },
  { description: 'The registration is on disk.' },
)

export const relayConfig = Type.Object(
  { vapidPublicKey: nullable(Type.String()), tickets: oneOf('off', 'required') },
  { description: 'Settings for a page.' },
)

export const uploadBody = Type.Union([Type.Object({ d: Type.Array(record, { maxItems: maxIntakeBatch }) }), record])
export const uploadQuery = Type.Object({
  dryRun: Type.Optional(oneOf('0', '1', 'false', 'true')),
})

const codes = Object.entries(recordProblems)
  .map(([code, text]) => `${code} ${text}`)
  .join('; ')
export const uploadAnswer = Type.Object(
  {
    status: oneOf('success', 'partial', 'fail'),
    processed: Type.Integer({ description: 'Records that are durably stored or were already known.' }),
    unprocessed: Type.Array(
      Type.Object({
        status: oneOf('fail'),
        code: Type.Integer({ description: codes }),
        error: Type.String({ description: "Ends in the record's number, counted from 1." }),
        record: Type.Unknown({ description: 'The record as it was sent.' }),
      }),
    ),
  },
  { description: 'HTTP 200 even if all records are bad; the member status is then fail.' },
)

export const tokenStatus = Type.Object(
  {
    objectId: Type.String(),
    type: oneOf(...tokenTypes),
    state: oneOf('queued', 'uploading', 'accepted', 'rejected', 'withdrawn'),
    attempts: Type.Integer(),
    error: nullable(Type.Object({ code: Type.Integer(), message: Type.String() })),
    receivedAt: Type.Integer({ description: 'Milliseconds since the epoch.' }),
    settledAt: nullable(Type.Integer({ description: 'Milliseconds since the epoch.' })),
    warnings: Type.Array(Type.String()),
  },
  { description: 'The state of the token.' },
)

export const alive = Type.Object({ status: oneOf('ok') }, { description: 'The process answers.' })

const health = oneOf('ok', 'degraded')
export const readiness = Type.Object(
  {
    status: health,
    accounts: Type.Record(
      Type.String(),
      Type.Object({
        status: health,
        upload: Type.Unsafe<'ok' | 'throttled' | 'suspended' | 'failing'>({
          type: 'string',
          enum: ['ok', 'throttled', 'suspended', 'failing'],
          description: 'throttled: CleverTap said how long to wait. suspended: it refuses the credentials.',
        }),
        waitMs: Type.Optional(
          Type.Integer({ description: 'Time until the next request, in ms. Absent if requests may be sent now.' }),
        ),
      }),
      { description: 'By CleverTap account id.' },
    ),
  },
  { description: '200 while the store takes records, else 503. Does not depend on uploads.' },
)

export const nothing = Type.Null({ description: 'Done, or there was nothing to do.' })

const problem = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.Unsafe<keyof typeof relayProblems>({ type: 'string', enum: Object.keys(relayProblems) }),
    detail: Type.String(),
    recordCode: Type.Optional(Type.Integer({ description: codes })),
  },
  { description: 'RFC 9457' },
)
const flat = Type.Object({ status: oneOf('fail'), error: Type.String(), code: Type.Integer() })

const answers = (statuses: readonly number[], mediaType: string, schema: Type.TSchema, description: string) =>
  Object.fromEntries(statuses.map((status) => [status, { description, content: { [mediaType]: { schema } } }]))

/** The refusals of a route, for its `schema.response`. */
export const problems = (...statuses: readonly number[]) =>
  answers(statuses, 'application/problem+json', problem, 'Refused, with a stable code')

/** The refusals of `/1/upload`, which look like CleverTap's. */
export const flatProblems = (...statuses: readonly number[]) =>
  answers(statuses, 'application/json', flat, 'Refused as a whole')
