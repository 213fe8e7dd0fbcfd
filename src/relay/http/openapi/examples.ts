import { registrationKeyHeader } from '../../../wire/record.ts'
import { type Example, problem } from './example.ts'
import { operationExamples } from './operation-examples.ts'

/** An origin that may register, as the examples use it. */
export const exampleOrigin = 'https://www.example.com'

const subscription = {
  type: 'token',
  tokenData: {
    id: 'cZ1fJbUfDpE:APA91bHun4MxP5egoKMwt2KZFBaFUH-1RYqx',
    type: 'chrome',
    keys: {
      p256dh: 'BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8',
      auth: 'BTBZMqHH6r4Tts7J_aSIgg',
    },
  },
  objectId: 'd4a1f0e2c6b84f0b9a53c1e7f2d80946',
  endpoint: 'https://fcm.googleapis.com/fcm/send/cZ1fJbUfDpE:APA91bHun4MxP5egoKMwt2KZFBaFUH-1RYqx',
}
const { objectId } = subscription
const registrationKey = 'pN3rYx0m1kT8uVwQ5sZ7aB2cD4eF6gH8iJ0kL1mN2oP'
const native = { type: 'token', tokenData: { id: 'frfsgvrwe:APfdsafsgdfsgghfgfgjkhfsfgdhjhbvcvnetry767', type: 'fcm' } }
const androidId = '__1a063854f83a4c6484285039ecff87cb'
const badRecord = { ...native, objectId: 'someone@example.com or so' }

const operation = {
  register: 'post /v1/subscriptions',
  withdraw: 'delete /v1/subscriptions/{objectId}',
  config: 'get /v1/config',
  upload: 'post /1/upload',
  token: 'get /v1/tokens/{objectId}',
  erase: 'delete /v1/tokens/{objectId}',
} as const

const browserExamples: readonly Example[] = [
  {
    name: 'new',
    operation: operation.register,
    summary: 'A new browser',
    body: subscription,
    status: 202,
    answer: { result: 'queued', objectId, registrationKey },
  },
  {
    name: 'again',
    operation: operation.register,
    summary: 'The same subscription at a later visit: nothing is uploaded',
    body: subscription,
    status: 202,
    answer: { result: 'unchanged', objectId, registrationKey },
  },
  {
    name: 'notItsOwn',
    operation: operation.register,
    summary: 'Another token for a known objectId, without its registration key',
    body: {
      ...subscription,
      tokenData: { ...subscription.tokenData, id: 'another' },
      endpoint: 'https://fcm.googleapis.com/fcm/send/another',
    },
    status: 403,
    answer: problem(
      403,
      'Forbidden',
      'registration_key_mismatch',
      `this objectId is registered: send its registration key (${registrationKeyHeader}) or a ticket`,
    ),
  },
  {
    name: 'noKeys',
    operation: operation.register,
    summary: 'A subscription without its keys',
    body: { ...subscription, tokenData: { id: subscription.tokenData.id, type: 'chrome' } },
    status: 400,
    answer: problem(
      400,
      'Bad Request',
      'invalid_record',
      'tokenData.keys with p256dh and auth is required for type chrome',
      535,
    ),
  },
  {
    name: 'notJson',
    operation: operation.register,
    summary: 'A body that is not JSON',
    headers: { 'Content-Type': 'application/json' },
    body: '{"type": token}',
    misshapen: true,
    status: 400,
    answer: problem(400, 'Bad Request', 'malformed_json', 'the body is not JSON'),
  },
  {
    name: 'form',
    operation: operation.register,
    summary: 'A form instead of JSON',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: 'type=token',
    misshapen: true,
    status: 415,
    answer: problem(
      415,
      'Unsupported Media Type',
      'unsupported_media_type',
      'the body must be sent as application/json, without content-encoding',
    ),
  },
  {
    name: 'anotherPushService',
    operation: operation.register,
    summary: 'A subscription of a push service without a token type',
    body: {
      ...subscription,
      tokenData: { ...subscription.tokenData, id: 'gAAAAABm' },
      endpoint: 'https://updates.push.services.mozilla.com/wpush/v2/gAAAAABm',
    },
    status: 422,
    answer: problem(
      422,
      'Unprocessable Entity',
      'push_service_not_accepted',
      'this push service has no token type at CleverTap; PUSHFERRY_WEB_TYPES can map it to one',
    ),
  },
  {
    name: 'anotherSite',
    operation: operation.config,
    summary: 'A page of an origin that is not allowed',
    headers: { Origin: 'https://another.example' },
    status: 403,
    answer: problem(403, 'Forbidden', 'origin_not_allowed', 'pages of this origin may not use this relay'),
  },
  {
    name: 'allowed',
    operation: operation.config,
    summary: 'A page of an allowed site',
    status: 200,
    answer: { vapidPublicKey: null, tickets: 'off' },
  },
  {
    name: 'notMine',
    operation: operation.withdraw,
    summary: 'A browser without the registration key',
    path: { objectId },
    headers: { [registrationKeyHeader]: 'another' },
    status: 403,
    answer: problem(
      403,
      'Forbidden',
      'registration_key_mismatch',
      `this objectId is registered: send its registration key (${registrationKeyHeader}) or a ticket`,
    ),
  },
  {
    name: 'known',
    operation: operation.withdraw,
    summary: 'The registered browser withdraws',
    path: { objectId },
    status: 204,
  },
]

const backendExamples: readonly Example[] = [
  {
    name: 'two',
    operation: operation.upload,
    summary: 'Two valid tokens',
    body: {
      d: [
        { ...native, objectId: androidId },
        { type: 'token', tokenData: { id: 'c8f3a0b91d7e', type: 'apns' }, objectId: '-g7c1e09af2d54' },
      ],
    },
    status: 200,
    answer: { status: 'success', processed: 2, unprocessed: [] },
  },
  {
    name: 'partly',
    operation: operation.upload,
    summary: 'One valid token, and one with an invalid CleverTap ID',
    body: { d: [{ ...native, objectId: androidId }, badRecord] },
    status: 200,
    answer: {
      status: 'partial',
      processed: 1,
      unprocessed: [
        {
          status: 'fail',
          code: 530,
          error: 'objectId has white space in it (U+0020): remove it, record number : 2',
          record: badRecord,
        },
      ],
    },
  },
  {
    name: 'dryRun',
    operation: operation.upload,
    summary: 'A bare record that is checked and not stored',
    query: { dryRun: '1' },
    body: { ...native, objectId: androidId },
    status: 200,
    answer: { status: 'success', processed: 1, unprocessed: [] },
  },
  {
    name: 'noRecords',
    operation: operation.upload,
    summary: 'A body without records',
    body: { tokens: [] },
    misshapen: true,
    status: 400,
    answer: { status: 'fail', error: 'the body must be {"d":[…]} with token records in it', code: 400 },
  },
  {
    name: 'allBad',
    operation: operation.upload,
    summary: 'No valid record; the status is still 200',
    body: { d: [badRecord] },
    status: 200,
    answer: {
      status: 'fail',
      processed: 0,
      unprocessed: [
        {
          status: 'fail',
          code: 530,
          error: 'objectId has white space in it (U+0020): remove it, record number : 1',
          record: badRecord,
        },
      ],
    },
  },
  {
    name: 'wrongKey',
    operation: operation.upload,
    summary: 'Another key',
    headers: { Authorization: 'Bearer another-key' },
    body: { d: [] },
    status: 401,
    answer: {
      status: 'fail',
      error: 'Invalid Credentials: this API key is not known here, or not for this account',
      code: 401,
    },
  },
  {
    name: 'queued',
    operation: operation.token,
    summary: 'A token that will be uploaded',
    path: { objectId: androidId },
    status: 200,
    answer: {
      objectId: androidId,
      type: 'fcm',
      state: 'queued',
      attempts: 0,
      error: null,
      receivedAt: 1_795_449_600_000,
      settledAt: null,
      warnings: [],
    },
  },
  {
    name: 'unknown',
    operation: operation.token,
    summary: 'An objectId without a token',
    path: { objectId: 'nobody' },
    status: 404,
    answer: problem(404, 'Not Found', 'not_found', 'no token is known for this objectId'),
  },
  {
    name: 'wrongKey',
    operation: operation.token,
    summary: 'Another key',
    path: { objectId: androidId },
    headers: { Authorization: 'Bearer another-key' },
    status: 401,
    answer: problem(
      401,
      'Unauthorized',
      'unauthorized',
      'Invalid Credentials: this API key is not known here, or not for this account',
    ),
  },
  {
    name: 'known',
    operation: operation.erase,
    summary: 'A profile whose owner asked for erasure',
    path: { objectId: androidId },
    status: 204,
  },
]

export const examples: readonly Example[] = [...browserExamples, ...backendExamples, ...operationExamples]
