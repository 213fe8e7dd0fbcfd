import { decodeRecord } from '../../wire/decode.js';
/** Says whether a text can be an objectId at all, by the record's own rules. Nothing else is looked up in the store. */
export const isObjectId = (text) => decodeRecord({ type: 'token', tokenData: { id: 'x', type: 'fcm' }, objectId: text }).ok;
