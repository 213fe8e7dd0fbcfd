import { signTicket } from 'pushferry/ticket'
import { userOf } from './session.js'

/** `POST /push-ticket`: a ticket for the signed-in user, valid for five minutes. */
export const POST = async (request) => {
  const user = userOf(request)
  if (!user) return new Response('sign in first', { status: 401 })
  const ticket = await signTicket({ objectId: user.clevertapId, key: process.env.PUSHFERRY_TICKET_KEY })
  return new Response(ticket, { headers: { 'content-type': 'text/plain', 'cache-control': 'no-store' } })
}
