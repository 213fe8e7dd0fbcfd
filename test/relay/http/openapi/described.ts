import { Ajv2020 } from 'ajv/dist/2020.js'

/** Checks a value against a schema of the document; returns what is wrong with it. */
export type Check = (value: unknown) => string[]

interface Media {
  schema?: object
  examples?: Record<string, { summary?: string; value: unknown }>
}
export interface DescribedRoute {
  operationId?: string
  summary?: string
  tags?: string[]
  security?: Record<string, string[]>[]
  parameters?: {
    $ref?: string
    name?: string
    in?: string
    required?: boolean
    schema?: object
    examples?: Media['examples']
  }[]
  requestBody?: { content: Record<string, Media> }
  responses: Record<string, { description: string; headers?: object; content?: Record<string, Media> }>
}
export interface Description {
  openapi: string
  info: Record<string, unknown>
  tags: { name: string }[]
  paths: Record<string, Record<string, DescribedRoute>>
  components: Record<string, Record<string, object>>
}

const ajv = new Ajv2020({ strict: false, allErrors: true })
const compiled = new Map<string, Check>()

/** Compiles the schemas of an OpenAPI 3.1 document, which are JSON Schema 2020-12. Equal ones are compiled once. */
export const createChecks = (document: Description): ((schema: object) => Check) => {
  return (schema) => {
    const text = JSON.stringify({ ...schema, components: document.components })
    const known = compiled.get(text)
    if (known) return known
    const validate = ajv.compile(JSON.parse(text))
    const check: Check = (value) =>
      validate(value) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
    compiled.set(text, check)
    return check
  }
}

/** Every route of a document, as `method path`. */
export const routesOf = ({ paths }: Description): [string, DescribedRoute][] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, route]): [string, DescribedRoute] => [`${method} ${path}`, route]),
  )

/** The differences between an answer and its description; empty when there are none. */
export const faultsOf = (
  route: DescribedRoute,
  answer: { status: number; headers: Readonly<Record<string, unknown>>; json: unknown; text: string },
  checkOf: (schema: object) => Check,
): string[] => {
  const described = route.responses[answer.status]
  if (!described) return [`status ${answer.status} is not described`]
  const [type] = String(answer.headers['content-type'] ?? '').split(';')
  if (!described.content) return answer.text === '' ? [] : ['an answer without content has some']
  const media = described.content[type ?? '']
  if (!media) return [`content type ${type} is not described`]
  const faults = media.schema && /json/.test(type ?? '') ? checkOf(media.schema)(answer.json) : []
  const code = type === 'application/problem+json' ? Object(answer.json).code : undefined
  if (code !== undefined && !described.description.includes(`\`${code}\``)) faults.push(`code ${code} is not described`)
  return faults
}

/**
 * Makes a function that compares a server's answers with the server's own description. It ignores what the description does not
 * cover: an unknown path, a method that a route does not have, a route of a test, an unexpected error (500).
 */
export const createJudge = (document: Description) => {
  const checkOf = createChecks(document)
  const routes = Object.entries(document.paths).map(([pattern, methods]) => ({
    path: new RegExp(`^${pattern.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')}$`),
    methods,
  }))
  return (method: string, target: string, answer: Parameters<typeof faultsOf>[1]): string[] => {
    const [path = ''] = target.split('?')
    const route = routes.find((one) => one.path.test(path))?.methods[method.toLowerCase()]
    if (!route?.operationId || answer.status === 500) return []
    return faultsOf(route, answer, checkOf).map((fault) => `${method} ${path} ${answer.status}: ${fault}`)
  }
}
