// The records to send, with random ids like real ones, because sorted ids would make every index look fast.
import { createECDH, randomBytes } from 'node:crypto'

export const apiKey = 'an-api-key-for-the-benchmark'
export const adminKey = 'an-admin-key-for-the-benchmark'
export const origin = 'https://www.example.com'

const tail = 'APA91b'.padEnd(150, 'x')
const id = () => randomBytes(16).toString('hex')
const record = () => {
  const one = id()
  return `{"type":"token","tokenData":{"id":"${one}:${tail}","type":"fcm"},"objectId":"__${one}"}`
}

// All records share a key pair. Generating one per record would cost more time than the relay needs, and only the id matters for storing.
const p256dh = createECDH('prime256v1').generateKeys('base64url')
const subscription = () => {
  const one = id()
  const token = `${one}:${tail}`
  const keys = `{"p256dh":"${p256dh}","auth":"${randomBytes(16).toString('base64url')}"}`
  return `{"type":"token","tokenData":{"id":"${token}","type":"chrome","keys":${keys}},"objectId":"${one}","endpoint":"https://fcm.googleapis.com/fcm/send/${token}"}`
}

const json = { 'content-type': 'application/json' }

/** The loads by name: path, headers, and a body with `records` records. */
export const kinds = {
  upload: {
    path: '/1/upload',
    headers: { ...json, 'x-clevertap-passcode': apiKey },
    body: (records) => `{"d":[${Array.from({ length: records }, record).join(',')}]}`,
  },
  subscription: { path: '/v1/subscriptions', headers: { ...json, origin }, body: subscription },
}
