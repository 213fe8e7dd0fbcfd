import type { RelayProblemCode } from '../../../wire/problem.ts'

/** Additions to the schema of one route in the OpenAPI document. */
export interface Operation {
  /** Its name in generated clients. */
  operationId: string
  /** The problem codes that its refusals can carry, by their status. */
  refusals?: Readonly<Record<number, readonly RelayProblemCode[]>>
}

const everywhere = { 503: ['unavailable'] } as const
/** Refusals of routes without a body. A client may still send one, for example with a DELETE. */
const noBody = { 413: ['payload_too_large'], 415: ['unsupported_media_type'] } as const
const body = { 400: ['malformed_json'], ...noBody } as const
const backend = { ...everywhere, 401: ['unauthorized'] } as const
const browser = { ...everywhere, 403: ['origin_not_allowed'], 429: ['too_many_requests'] } as const
const tickets = { 401: ['ticket_required', 'ticket_invalid'] } as const
const admin = { 401: ['unauthorized'], 404: ['not_found'] } as const

/** By method and path, as in the document. A test compares this with the routes. */
export const operations: Readonly<Record<string, Operation>> = {
  'post /v1/subscriptions': {
    operationId: 'registerSubscription',
    refusals: {
      ...browser,
      ...body,
      ...tickets,
      400: ['malformed_json', 'invalid_record'],
      403: ['origin_not_allowed', 'registration_key_mismatch'],
      422: ['push_service_not_accepted'],
    },
  },
  'delete /v1/subscriptions/{objectId}': {
    operationId: 'withdrawSubscription',
    refusals: { ...browser, ...noBody, ...tickets, 403: ['origin_not_allowed', 'registration_key_mismatch'] },
  },
  'get /v1/config': { operationId: 'getConfig', refusals: { 403: ['origin_not_allowed'] } },
  'post /1/upload': { operationId: 'uploadTokens' },
  'get /v1/tokens/{objectId}': { operationId: 'getToken', refusals: { ...backend, 404: ['not_found'] } },
  'delete /v1/tokens/{objectId}': { operationId: 'eraseToken', refusals: { ...backend, ...noBody } },
  'get /healthz': { operationId: 'getHealth' },
  'get /readyz': { operationId: 'getReadiness' },
  'get /metrics': { operationId: 'getMetrics', refusals: admin },
  'get /status': { operationId: 'getStatusPage', refusals: admin },
  'get /status.json': { operationId: 'getStatus', refusals: admin },
  'get /status/events': { operationId: 'getStatusEvents', refusals: admin },
  'post /status/retry': {
    operationId: 'retryRejected',
    refusals: { ...everywhere, ...body, ...admin, 403: ['origin_not_allowed'] },
  },
  'get /status/page.js': { operationId: 'getStatusPageScript', refusals: admin },
  'get /status/page.css': { operationId: 'getStatusPageStyle', refusals: admin },
  'get /status/icon.svg': { operationId: 'getStatusPageIcon', refusals: admin },
  'get /pushferry.min.js': { operationId: 'getPageScript', refusals: { 404: ['not_found'] } },
  'get /pushferry-sw.min.js': { operationId: 'getWorkerScript', refusals: { 404: ['not_found'] } },
  'get /pushferry-prompt.min.js': { operationId: 'getPromptScript', refusals: { 404: ['not_found'] } },
  'get /openapi.json': { operationId: 'getDescription' },
}
