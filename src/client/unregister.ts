import type { Row } from '../browser/row.ts'
import { type Client, reconcile } from './reconcile.ts'

/** @throws PushError */
export const unregister = (client: Client): Promise<Row> => reconcile(client, 'unregister')
