import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import { registrationKeyHeader } from '../../wire/record.ts'
import { completeOpenApi } from './openapi/complete.ts'

/** The ways to say who one is, as routes name them in `schema.security`. */
const securitySchemes = {
  apiKey: { type: 'http', scheme: 'bearer', description: 'A key of PUSHFERRY_API_KEYS.' },
  passcode: {
    type: 'apiKey',
    in: 'header',
    name: 'X-CleverTap-Passcode',
    description: 'The same key, where scripts written for CleverTap put their passcode.',
  },
  registrationKey: {
    type: 'apiKey',
    in: 'header',
    name: registrationKeyHeader,
    description: 'What the first registration of an objectId answered.',
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
    // Everything here is OpenAPI 3; the plugin's type leaves Swagger 2 open.
    transformObject: (given) => completeOpenApi('openapiObject' in given ? given.openapiObject : given.swaggerObject),
  })
}
