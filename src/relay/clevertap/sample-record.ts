import type { TokenRecord } from '../../wire/record.ts'

/** The Android sample from the documentation of the Upload Device Tokens API, for dry runs. Not a real token. */
export const sampleRecord: TokenRecord = {
  type: 'token',
  tokenData: { id: 'frfsgvrwe:APfdsafsgdfsgghfgfgjkhfsfgdhjhbvcvnetry767456fxsasdf', type: 'fcm' },
  objectId: '__gc4grg4053N1eYkW6OBH71jhFev7b1iP',
}
