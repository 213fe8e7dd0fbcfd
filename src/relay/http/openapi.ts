import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import { registrationKeyHeader } from '../../wire/record.ts'
import { completeOpenApi } from './openapi/complete.ts'

/** The authentication schemes, by the names in the routes' `schema.security`. */
const securitySchemes = {
  apiKey: { type: 'http', scheme: 'bearer', description: 'A key of PUSHFERRY_API_KEYS.' },
  passcode: {
    type: 'apiKey',
    in: 'header',
    name: 'X-CleverTap-Passcode',
    description: 'The same key, in the header of CleverTap’s passcode.',
  },
  registrationKey: {
    type: 'apiKey',
    in: 'header',
    name: registrationKeyHeader,
    description: 'The registrationKey in the answer to the first registration of the objectId.',
  },
  ticket: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: "Signed by the site's backend." },
  adminKey: { type: 'http', scheme: 'bearer', description: 'PUSHFERRY_ADMIN_KEY.' },
  adminPassword: { type: 'http', scheme: 'basic', description: 'PUSHFERRY_ADMIN_KEY as password of any user.' },
} as const

/** Collects the schemas of all routes that are registered after this, and serves them as `/openapi.json`. */
export const addOpenApi = (app: FastifyInstance, version: string): void => {
  app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Pushferry relay',
        version,
        description: 'Takes push tokens from browsers and backends, stores them durably and uploads them to CleverTap.',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      components: { securitySchemes },
    },
    // Always OpenAPI 3, although the plugin's type also allows Swagger 2.
    transformObject: (given) => completeOpenApi('openapiObject' in given ? given.openapiObject : given.swaggerObject),
  })
}
