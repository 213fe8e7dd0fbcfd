import { createECDH, randomBytes } from 'node:crypto'

/** A web subscription as a browser gives it, with new keys that a sender can encrypt for. */
export const subscription = (objectId = 'web-user-1', more: Readonly<Record<string, unknown>> = {}) => {
  const id = `${randomBytes(6).toString('base64url')}:APA91b${randomBytes(20).toString('base64url')}`
  const keys = {
    p256dh: createECDH('prime256v1').generateKeys().toString('base64url'),
    auth: randomBytes(16).toString('base64url'),
  }
  return {
    type: 'token',
    tokenData: { id, type: 'chrome', keys },
    objectId,
    endpoint: `https://fcm.googleapis.com/fcm/send/${id}`,
    ...more,
  }
}

export const nativeRecord = (objectId = '__native-user-1', id = `fcm-token-${randomBytes(6).toString('hex')}`) => ({
  type: 'token',
  tokenData: { id, type: 'fcm' },
  objectId,
})
