import { relayProblems } from '../../../wire/problem.ts'
import type { Example } from './example.ts'
import { examples } from './examples.ts'
import { operations } from './operations.ts'

/* The parts of an OpenAPI document that this file changes. */
type Json = Record<string, unknown>
interface Media {
  schema?: unknown
  examples?: Json
}
interface Response {
  description: string
  headers?: Json
  content?: Record<string, Media>
}
interface Route {
  summary?: string
  operationId?: string
  tags?: string[]
  security?: Json[]
  parameters?: { name: string; in: string; examples?: Json }[]
  requestBody?: { content: Record<string, Media> }
  responses: Record<string, Response>
}
interface OpenApiDocument {
  paths?: Record<string, Record<string, Route>>
  components?: Record<string, unknown>
}

const problemType = 'application/problem+json'

const responseHeaders = {
  RequestId: {
    description: "The caller's X-Request-Id, or one that the relay generated; it is in the log.",
    schema: { type: 'string' },
  },
  RetryAfter: { description: 'Seconds.', schema: { type: 'integer', minimum: 0 } },
}
const headersOf = (status: number): Json => ({
  'X-Request-Id': { $ref: '#/components/headers/RequestId' },
  ...(status === 429 || status === 503 ? { 'Retry-After': { $ref: '#/components/headers/RetryAfter' } } : {}),
})

const requestParameters = {
  Origin: {
    name: 'Origin',
    in: 'header',
    required: true,
    description: 'The origin of the page; browsers send it automatically.',
    schema: { type: 'string' },
    example: 'https://www.example.com',
  },
  RequestId: {
    name: 'X-Request-Id',
    in: 'header',
    description: 'Id of the request in answer and log: up to 64 letters, digits and _.:-',
    schema: { type: 'string', pattern: '^[\\w.:-]{1,64}$' },
  },
  Traceparent: {
    name: 'traceparent',
    in: 'header',
    description: 'W3C Trace Context; the log has its trace id.',
    schema: { type: 'string' },
  },
}

const addExample = (
  route: Route,
  { name, summary, path = {}, query = {}, body, misshapen, status, answer }: Example,
): void => {
  for (const parameter of route.parameters ?? []) {
    const value = { ...path, ...query }[parameter.name]
    if (value !== undefined) parameter.examples = { ...parameter.examples, [name]: { summary, value } }
  }
  const request = route.requestBody?.content['application/json']
  if (request && body !== undefined && !misshapen)
    request.examples = { ...request.examples, [name]: { summary, value: body } }
  const [media] = Object.values(route.responses[status]?.content ?? {})
  if (media && answer !== undefined) media.examples = { ...media.examples, [name]: { summary, value: answer } }
}

/** Refers to the shared problem schema, and lists the codes of each refusal. */
const describeRefusals = (route: Route, key: string): unknown => {
  let schema: unknown
  const refusals = operations[key]?.refusals ?? {}
  for (const [status, response] of Object.entries(route.responses)) {
    const media = response.content?.[problemType]
    if (!media) continue
    schema ??= media.schema
    media.schema = { $ref: '#/components/schemas/Problem' }
    const codes = refusals[Number(status)] ?? []
    response.description = `Refused: ${codes.map((code) => `\`${code}\``).join(' or ')}`
  }
  return schema
}

const completeRoute = (route: Route, key: string): unknown => {
  const isPublic = route.security === undefined
  const forBrowsers = route.tags?.includes('browsers') ?? false
  Object.assign(route, {
    operationId: operations[key]?.operationId,
    // Explicit, because the document's default would apply otherwise.
    ...(isPublic ? { security: [] } : {}),
    parameters: [
      ...(route.parameters ?? []),
      ...(forBrowsers ? [{ $ref: '#/components/parameters/Origin' }] : []),
      { $ref: '#/components/parameters/RequestId' },
      { $ref: '#/components/parameters/Traceparent' },
    ],
  })
  for (const [status, response] of Object.entries(route.responses))
    response.headers = { ...headersOf(Number(status)), ...response.headers }
  for (const example of examples) if (example.operation === key) addExample(route, example)
  return describeRefusals(route, key)
}

const tags = [
  { name: 'browsers', description: 'For pages and workers of allowed sites; the pushferry client uses these routes.' },
  { name: 'backends', description: 'For servers with an API key.' },
  { name: 'operation', description: 'For operators of the relay.' },
  { name: 'scripts', description: 'The built browser files; any page may load them.' },
]

/**
 * Adds names, examples, the problem codes of refusals, common headers and descriptions to the schemas of the routes. Returns a new
 * document and does not change the given one, because parts of it belong to the routes.
 */
export const completeOpenApi = <T extends object>(given: T): T => {
  const document = JSON.parse(JSON.stringify(given)) as T & OpenApiDocument // the document that @fastify/swagger has made
  let problem: unknown
  for (const [path, methods] of Object.entries(document.paths ?? {}))
    for (const [method, route] of Object.entries(methods))
      problem = completeRoute(route, `${method} ${path}`) ?? problem
  return Object.assign(document, {
    servers: [{ url: '/', description: 'This relay' }],
    tags,
    components: {
      ...document.components,
      headers: responseHeaders,
      parameters: requestParameters,
      schemas: {
        Problem: {
          ...(problem as Json), // a schema, as the routes gave it
          description: `RFC 9457. Codes and their statuses: ${Object.entries(relayProblems)
            .map(([code, status]) => `${code} ${status}`)
            .join(', ')}`,
        },
      },
    },
  })
}
