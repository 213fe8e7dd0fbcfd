import type { TokenRecord } from '../../wire/record.ts'

/** The Android sample of the Upload Device Tokens API's document: nobody's token, to ask with `dryRun=1`. */
export const sampleRecord: TokenRecord = {
  type: 'token',
  tokenData: { id: 'frfsgvrwe:APfdsafsgdfsgghfgfgjkhfsfgdhjhbvcvnetry767456fxsasdf', type: 'fcm' },
  objectId: '__gc4grg4053N1eYkW6OBH71jhFev7b1iP',
}
