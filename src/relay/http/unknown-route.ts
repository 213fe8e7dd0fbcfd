import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Refusal } from './refusal.ts'
import { requestPath } from './request-path.ts'

/**
 * Makes the answer to a request without a route: `method_not_allowed` with the allowed methods if the path is known, else
 * `not_found`. Must be called before the routes are added.
 */
export const createUnknownRoute = (app: FastifyInstance): ((request: FastifyRequest) => Refusal) => {
  const methodsByPattern = new Map<string, Set<string>>()
  app.addHook('onRoute', ({ url, method }) => {
    const methods = methodsByPattern.get(url) ?? new Set()
    methodsByPattern.set(url, methods)
    for (const one of [method].flat()) methods.add(one)
  })
  return ({ url }) => {
    const path = requestPath(url)
    for (const [pattern, methods] of methodsByPattern) {
      const segments = pattern.split('/').map((part) => (part.startsWith(':') ? '[^/]+' : part.replaceAll('.', '\\.')))
      if (!new RegExp(`^${segments.join('/')}$`).test(path)) continue
      const allow = [...methods].sort().join(', ')
      return { code: 'method_not_allowed', detail: `this path allows only ${allow}`, headers: { allow } }
    }
    return { code: 'not_found', detail: 'there is no such route' }
  }
}
