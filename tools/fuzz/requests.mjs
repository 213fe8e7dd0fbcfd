/** Generates requests with fast-check: every route, every credential, and the corpus of horrors. */
import fc from 'fast-check'
import { horrors } from './horrors.mjs'
import { badTickets, nativeTokens, objectIds, oddObjectIds, origins, subscriptions } from './values.mjs'

const oneOf = (...values) => fc.constantFrom(...values)
const often = (weight, arbitrary) => ({ weight, arbitrary })

// Bodies --------------------------------------------------------------------------------------------------------------

const profile = fc.oneof(often(3, oneOf(...objectIds)), often(1, oneOf(...oddObjectIds)))
const web = fc
  .tuple(profile, oneOf(...subscriptions), fc.option(fc.string({ maxLength: 20 })))
  .map(([objectId, subscription, replaces]) => ({ ...subscription, objectId, ...(replaces && { replaces }) }))
const native = fc
  .tuple(profile, oneOf(...nativeTokens))
  .map(([objectId, tokenData]) => ({ type: 'token', tokenData, objectId }))
const records = fc.array(fc.oneof(native, web), { maxLength: 30 }).map((d) => ({ d }))
const retry = fc.record({ account: oneOf('OPEN', 'TICKETED', 'x'), code: fc.option(fc.integer(), { nil: undefined }) })
const validBody = fc.oneof(web, native, records, retry)
const json = (arbitrary) => arbitrary.map((value) => JSON.stringify(value))
/** Suffixes that make a string invalid. */
const stain = oneOf(
  ...['\u0000', ' ', '\n', '\u007f', '\u0085', '\u00a0', '\u2028', '\ufeff', '\ud800', '\udfff', '='],
  'x'.repeat(5000),
  '😀'.repeat(129),
)
/** Replaces one member somewhere in a body, or makes its string invalid. */
const bend = (good) =>
  fc.tuple(good, fc.nat(), fc.oneof(fc.jsonValue({ maxDepth: 2 }), stain)).map(([body, at, put]) => {
    const copy = structuredClone(body)
    const places = []
    const walk = (value) => {
      for (const key of Object.keys(value)) {
        places.push([value, key])
        if (typeof value[key] === 'object' && value[key] !== null) walk(value[key])
      }
    }
    walk(copy)
    const [holder, key] = places[at % places.length] ?? [copy, 'x']
    holder[key] = typeof put === 'string' && typeof holder[key] === 'string' && at % 3 > 0 ? holder[key] + put : put
    return copy
  })
const bent = bend(validBody)
const nearly = (good) => json(fc.oneof(good, bend(good)))
/** A body for a route that takes one: valid, or nearly valid. */
const fitting = { '/v1/subscriptions': nearly(web), '/1/upload': nearly(records), '/status/retry': nearly(retry) }
/** The JSON of a valid body with some characters replaced. */
const cut = fc
  .tuple(
    validBody,
    fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.string({ unit: 'binary', maxLength: 5 })), {
      minLength: 1,
      maxLength: 4,
    }),
  )
  .map(([body, cuts]) =>
    cuts.reduce((kept, [share, put]) => {
      const at = Math.floor(share * kept.length)
      return kept.slice(0, at) + put + kept.slice(at + put.length)
    }, JSON.stringify(body)),
  )
const large = oneOf(
  () => `"${'x'.repeat(16 * 1024 - 2)}"`,
  () => `"${'x'.repeat(16 * 1024 - 1)}"`,
  () => `"${'x'.repeat(2 * 1024 * 1024 - 1)}"`,
  () => JSON.stringify({ d: Array.from({ length: 1001 }, () => ({})) }),
  () => JSON.stringify({ d: Array.from({ length: 1000 }, (_, at) => ({ at })) }),
  () => `{"d":[${'['.repeat(400_000)}${']'.repeat(400_000)}]}`,
).map((make) => make())
const anyBody = fc.oneof(
  often(150, json(validBody)),
  often(100, json(bent)),
  often(75, cut),
  often(100, oneOf(...horrors)),
  often(25, fc.json({ maxDepth: 5 })),
  often(25, fc.uint8Array({ maxLength: 300 })),
  often(20, fc.constant(undefined)),
  often(1, large),
)

// Paths ---------------------------------------------------------------------------------------------------------------

const oddSegment = fc.oneof(
  oneOf('%zz', '%', '%00', '%c0%80', '%ed%a0%80', '%2e%2e', '..', '.', '%2f', '..;', '%25zz', 'x'.repeat(3000)),
  oneOf('__proto__', 'constructor', ':objectId', '*', '%F0%9F', "'", '"', '<x>', '{}', '~', 'a%0d%0aX:1', '%20', '\\'),
  fc.string({ unit: oneOf(...'aZ0/.%2fF00C0ed&=:*;~!@$()[]+_'), maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 20 }).map((text) => encodeURIComponent(text.toWellFormed())),
)
const segment = fc.oneof(often(4, profile.map(encodeURIComponent)), often(2, oddSegment))
const query = oneOf(
  '',
  '',
  '',
  '',
  '?dryRun=1',
  '?dryRun=1&dryRun=0',
  '?dryRun[]=1',
  '?__proto__[x]=1&constructor=1',
  '?%00=%zz&&&=',
  '?v=%F0%9F',
  '?account=OPEN&range=day',
  '?account[]=x&account=y',
  `?${'a=1&'.repeat(500)}`,
  '?#x',
)
/** Unusual spellings of a well-known path. */
const tricks = [
  (path) => `/${path}`,
  (path) => `${path}/`,
  (path) => `/.${path}`,
  (path) => `/x/..${path}`,
  (path) => `/x/%2e%2e${path}`,
  (path) => path.toUpperCase(),
  (path) => `${path};jsessionid=1`,
  (path) => `${path}%00`,
  (path) => `${path}%2f`,
  (path) => `/${path.slice(1).replaceAll('/', '\\')}`,
  (path) => `/${path.slice(1).replaceAll('/', '%2f')}`,
  (path) => `${path}.json`,
  (path) => `http://evil.example${path}`,
]

// Headers -------------------------------------------------------------------------------------------------------------

const headerText = fc.string({ unit: oneOf(...'aA0 ,;:=/"\\\t-_.%{}é'), maxLength: 40 }).map((value) => value.trim())
const contentType = fc.oneof(
  often(12, fc.constant('application/json')),
  often(
    3,
    oneOf(
      'application/json; charset=utf-8',
      'APPLICATION/JSON;charset=utf-16',
      'application/json, text/plain',
      'application/problem+json',
      'text/plain',
      'multipart/form-data; boundary=x',
      'application/x-www-form-urlencoded',
      `application/json; ${'x=y; '.repeat(100)}`,
      'application/json;;;',
      '/',
      '*/*',
      '',
    ),
  ),
)
const origin = fc.oneof(
  often(6, fc.constant(origins.open)),
  often(3, fc.constant(origins.ticketed)),
  often(
    2,
    oneOf(
      'null',
      'https://evil.example',
      `${origins.open}.evil.example`,
      `${origins.open}:443`,
      `${origins.open}/`,
      'HTTPS://OPEN.EXAMPLE',
      'http://open.example',
      `${origins.open}, https://evil.example`,
      '__proto__',
      'https://[::1',
      undefined,
    ),
  ),
)
const oddHeader = fc.oneof(
  fc.tuple(
    oneOf(
      'x-clevertap-account-id',
      'x-pushferry-key',
      'x-request-id',
      'x-forwarded-for',
      'x-forwarded-host',
      'x-forwarded-proto',
      'traceparent',
      'accept-encoding',
      'if-none-match',
      'sec-fetch-site',
      'range',
      'cookie',
      'accept-version',
      'accept',
      'access-control-request-method',
      'x-http-method-override',
    ),
    headerText,
  ),
  oneOf(
    ['x-clevertap-account-id', 'OPEN'],
    ['x-clevertap-account-id', 'TICKETED'],
    ['x-clevertap-account-id', '__proto__'],
    ['x-forwarded-for', '203.0.113.9'],
    ['x-forwarded-for', '127.0.0.1, ::1, 10.0.0.1, garbage, , ::ffff:1.2.3.4%eth0'],
    ['x-forwarded-for', ','.repeat(3000)],
    ['x-forwarded-for', '999.999.999.999'],
    ['host', 'evil.example'],
    ['host', 'a b'],
    ['host', '[::]:99999'],
    ['host', ''],
    ['host', 'x'.repeat(5000)],
    ['content-encoding', 'gzip'],
    ['content-encoding', 'identity, br'],
    ['traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'],
    ['if-none-match', '*'],
    ['accept-encoding', 'gzip;q=0'],
    ['sec-fetch-site', 'same-origin'],
    ['sec-fetch-site', 'cross-site'],
    ['x-request-id', '{"a":"b"}'],
    ['x-pushferry-key', 'A'.repeat(43)],
    ['range', 'bytes=0-1,5-2,-9999999999'],
    ['cookie', '__proto__=1; '.repeat(200)],
  ),
)
/** The credentials of a request. Their values are looked up when it is sent, because keys are issued only during the run. */
const credential = fc.oneof(
  often(10, fc.constant('right')),
  often(4, oneOf('none', 'api', 'passcode', 'admin', 'basic', 'key', 'ticket')),
  often(
    2,
    oneOf(...badTickets).map((ticket) => `Bearer ${ticket}`),
  ),
  often(
    1,
    oneOf('Bearer', 'Bearer  ', 'Basic', 'Basic ====', 'Basic Og==', 'Basic w6k=', 'Digest x', 'bearer\tx', '', ':'),
  ),
)

const rarely = (arbitrary) => fc.oneof(often(11, fc.constant(undefined)), often(1, arbitrary))

/**
 * Makes the generator of framed requests.
 *
 * @param routes `{ method, path }` of all routes, with `{objectId}` as the parameter
 */
export const createRequests = (routes) => {
  // Routes that accept data get more tries than routes that serve a file.
  const weights = routes.map((route) => often(route.method === 'GET' ? 2 : 12, fc.constant(route)))
  const route = fc
    .oneof(...weights)
    .chain((one) => fc.record({ route: fc.constant(one), body: fc.oneof(fitting[one.path] ?? anyBody, anyBody) }))
  // Half of them are odd only in their body or path, so that they pass the first checks.
  const isPlain = fc.boolean()
  const around = fc.record({
    objectId: segment,
    trick: rarely(oneOf(...tricks)),
    query,
    /** Replaces the route's own method. */
    method: rarely(
      oneOf(
        'GET',
        'HEAD',
        'POST',
        'DELETE',
        'PUT',
        'PATCH',
        'OPTIONS',
        'TRACE',
        'PROPFIND',
        'SEARCH',
        'MKCOL',
        'QUERY',
      ),
    ),
    isChunked: fc.boolean(),
    contentType,
    origin,
    headers: fc.array(oddHeader, { maxLength: 3 }),
    credential,
  })
  const plain = fc.record({
    objectId: segment,
    query: oneOf('', '', '', '?dryRun=1'),
    isChunked: fc.boolean(),
    contentType: fc.constant('application/json'),
    origin: oneOf(origins.open, origins.open, origins.ticketed),
    headers: fc.constant([]),
    credential: fc.constant('right'),
  })
  return fc.tuple(route, isPlain, plain, around).map(([first, asPlain, calm, odd]) => {
    // The status page accepts no request from another origin's page.
    const own = first.route.path.startsWith('/status') ? { origin: undefined } : {}
    return { ...first, ...(asPlain ? { ...calm, ...own } : odd) }
  })
}
