import { fcmHosts } from '../wire/push-service.ts'
import type { Token } from '../wire/record.ts'
import { mappedFields } from './fields.ts'
import { guard } from './formula-guard.ts'
import type { Plan } from './plan.ts'
import type { Row } from './row.ts'

/** A record of the store, written like a row of this input. Other columns of the input are lost. */
export const sourceOf = (
  { shape, columns = {} }: Pick<Plan, 'shape' | 'columns'>,
  objectId: string,
  token: Token,
): Row['source'] => {
  const { id, type, keys } = token
  if (shape.kind !== 'csv') return JSON.stringify({ type: 'token', tokenData: token, objectId })
  const endpoint = `https://${fcmHosts[0]}/fcm/send/${id}`
  const values = { objectId, type, id, p256dh: keys?.p256dh ?? '', auth: keys?.auth ?? '', endpoint }
  return shape.header.map((name) => {
    const field = mappedFields.find((one) => columns[one] === name)
    return field === undefined ? '' : guard(values[field])
  })
}
