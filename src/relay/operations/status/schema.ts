import { Type } from 'typebox'
import { levelWords } from './view/slots.ts'

/* Schemas of the status routes' answers, for OpenAPI. The types are in view/snapshot.ts; a test compares them. */

const time = (description: string) => Type.Integer({ description: `${description}; milliseconds since the epoch` })
const ms = (description: string) => Type.Integer({ minimum: 0, description: `${description}, in milliseconds` })
const number = Type.Integer({ minimum: 0 })
const orNull = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()])
const oneOf = <const T extends string>(...values: readonly T[]) => Type.Unsafe<T>({ type: 'string', enum: values })
const texts = <const T extends string>(names: readonly T[], schema: Type.TSchema) =>
  Type.Object(Object.fromEntries(names.map((name) => [name, schema])))

const level = Type.Unsafe<keyof typeof levelWords>({
  type: 'string',
  enum: Object.keys(levelWords),
  description: Object.entries(levelWords)
    .map(([name, words]) => `${name}: ${words}`)
    .join('; '),
})
const uploadMode = oneOf('ok', 'throttled', 'failing', 'suspended')
const happened = texts(['queued', 'accepted', 'rejected'], number)

const values = Type.Array(orNull(number), { description: 'One value per step; null for unknown.' })
const series = Type.Object({
  startsAt: time('Start of the first step'),
  stepMs: ms('Length of a step'),
  queued: values,
  accepted: values,
  rejected: values,
  waiting: values,
  latencyP50Ms: values,
  latencyP95Ms: values,
})

const account = Type.Object({
  account: Type.String({ description: 'CleverTap account id' }),
  verdict: Type.Object({
    level,
    answer: Type.String(),
    headline: Type.String(),
    remedy: orNull(Type.String({ description: 'What to do' })),
  }),
  upload: Type.Object({
    state: uploadMode,
    since: orNull(time('Start of the state')),
    nextTryAt: orNull(time('Time of the next request')),
    cause: orNull(Type.String()),
    remedy: orNull(Type.String()),
  }),
  queue: Type.Object({
    live: number,
    unproved: number,
    import: number,
    uploading: number,
    oldestReceivedAt: orNull(time('Time at which the oldest queued record was received')),
    etaMs: orNull(ms('Estimated time to empty the queue')),
  }),
  capacity: Type.Object({
    live: Type.Object(
      { waiting: number, limit: number },
      { description: 'Backends, tickets, accepted registration keys' },
    ),
    unproved: Type.Object(
      { waiting: number, limit: number, evicted: number },
      { description: 'Browsers without proof; evicted: records that were removed for newer ones in the last day' },
    ),
  }),
  browsers: Type.Object(
    { heard: number, idle: number, refused: number, takeovers: number },
    {
      description:
        'heard: confirmed in the last 30 days; idle: not confirmed for PUSHFERRY_KEY_IDLE; refused and takeovers: in the last day',
    },
  ),
  settled: texts(['accepted', 'rejected', 'withdrawn'], number),
  last: Type.Object({ minute: orNull(happened), hour: happened, day: happened }),
  series: Type.Object({ live: series, hour: series, day: series }),
  latency: orNull(
    Type.Object({
      overMs: ms('Length of the period'),
      requests: number,
      p50Ms: ms('Median'),
      p95Ms: ms('95th percentile'),
      p99Ms: ms('99th percentile'),
    }),
  ),
  slots: Type.Object({
    inFlight: Type.Integer({ description: 'Requests to CleverTap in flight from all processes' }),
    limit: Type.Integer({ description: 'Current limit of this process' }),
    concurrency: Type.Integer({ description: 'Limit of all processes together' }),
  }),
  rejected: Type.Object({
    codes: Type.Array(
      Type.Object({ code: Type.Integer(), records: number, meaning: Type.String(), remedy: Type.String() }),
    ),
    latest: Type.Array(
      Type.Object({
        at: time('When it was rejected'),
        profile: Type.String({ description: 'First digits of the SHA-256 of the objectId' }),
        type: Type.String(),
        code: Type.Integer(),
        meaning: Type.String(),
        text: Type.String({ description: "CleverTap's own" }),
      }),
      { maxItems: 20 },
    ),
  }),
  events: texts(['replaced', 'withdrawn', 'deferred', 'expired', 'discarded', 'confirmed', 'missing'], number),
  changes: Type.Array(Type.Object({ at: time('When'), state: uploadMode, cause: orNull(Type.String()) }), {
    description: 'Changes that this process saw, the latest first.',
  }),
  others: Type.Array(Type.Object({ name: Type.String(), state: uploadMode, inFlight: number }), {
    description: 'Other processes that upload from this store.',
  }),
})

export const statusSnapshot = Type.Object(
  {
    generatedAt: time('Time of this snapshot'),
    version: Type.String(),
    startedAt: time('Start of this relay'),
    store: Type.Object({
      kind: Type.String(),
      ok: Type.Boolean({ description: 'While false, the numbers below are the last readable ones.' }),
      reason: orNull(Type.String()),
    }),
    accounts: Type.Array(account),
  },
  { description: 'Is everything arriving?' },
)

export const retryBody = Type.Object({
  account: Type.String({ description: 'CleverTap account id' }),
  code: Type.Optional(Type.Integer({ description: 'Only records that were rejected with this code; default: all.' })),
})
export const retryAnswer = Type.Object(
  { queued: Type.Integer({ description: 'Number of records that are queued again' }) },
  { description: 'The records are queued durably.' },
)
