/** Visits as real browsers make them: a new objectId each, a few valid requests in turn, and the expected answers. */

import fc from 'fast-check'
import { signTicket } from '../../dist/ticket/index.js'
import { origins, subscriptions, ticketKeys } from './values.mjs'

/**
 * Steps, each with its request and the expected statuses. `proof` is the registration key that the relay gave, or a ticket where
 * the account requires one.
 */
const steps = {
  again: { answers: [202], proof: true },
  'again without proof': { answers: [202], proof: false },
  replace: { answers: [202], proof: true, isNew: true },
  'replace without proof': { answers: [403], proof: false, isNew: true },
  "replace with another browser's key": {
    answers: [403],
    proof: false,
    isNew: true,
    headers: { 'x-pushferry-key': 'x'.repeat(43) },
  },
  'with unknown members': {
    answers: [202],
    proof: true,
    more: { clickId: 7, userAgent: 'x', replaces: 'an-old-token' },
  },
  'with keys in plain base64': { answers: [202], proof: true, isPlainBase64: true },
  'withdraw without proof': { answers: [403], proof: false, isWithdrawal: true },
  withdraw: { answers: [204], proof: true, isWithdrawal: true },
  'withdraw and come back': { answers: [204], proof: true, isWithdrawal: true },
  'with a bent endpoint': {
    answers: [400],
    proof: true,
    more: { endpoint: 'https://fcm.googleapis.com/fcm/send/other' },
  },
  'with a placeholder': { answers: [400], proof: true, more: { objectId: 'undefined' } },
}
const names = Object.keys(steps)

/** @returns the generator of visits: the account, and the names of the steps after the first registration. */
export const visits = fc.record({
  account: fc.constantFrom('open', 'open', 'ticketed'),
  subscription: fc.constantFrom(...subscriptions),
  next: fc.array(fc.constantFrom(...names), { minLength: 2, maxLength: 6 }),
})

const toPlainBase64 = (text) => Buffer.from(text, 'base64url').toString('base64')

/**
 * Makes the visitor.
 *
 * @param post sends a request and settles with `{ status, answer }`
 */
export const createVisitor = (post) => {
  let visitors = 0
  return async ({ account, subscription, next }) => {
    const objectId = `visitor-${++visitors}`
    const origin = origins[account]
    const ticket = await signTicket({ objectId, key: ticketKeys[account] })
    let key
    let tokens = 0
    /** After this any browser may claim the objectId. */
    let isWithdrawn = false
    const outcomes = []
    const send = async (name, { answers, proof, isNew, more, headers, isPlainBase64, isWithdrawal }) => {
      if (isNew) tokens++
      const id = `${objectId}-${tokens}:${subscription.tokenData.id}`
      const { keys } = subscription.tokenData
      const sentKeys = isPlainBase64 ? { p256dh: toPlainBase64(keys.p256dh), auth: toPlainBase64(keys.auth) } : keys
      const tokenData = { id, type: 'chrome', keys: sentKeys }
      const endpoint = `https://fcm.googleapis.com/fcm/send/${id}`
      const shown = account === 'ticketed' ? { authorization: `Bearer ${ticket}` } : key && { 'x-pushferry-key': key }
      const { status, answer } = await post({
        method: isWithdrawal ? 'DELETE' : 'POST',
        path: `/v1/subscriptions${isWithdrawal ? `/${objectId}` : ''}`,
        headers: { origin, ...(proof && shown), ...headers },
        body: isWithdrawal ? undefined : JSON.stringify({ type: 'token', tokenData, objectId, endpoint, ...more }),
      })
      // This account refuses requests without a ticket before that check.
      const isClaimable = isWithdrawn && !isWithdrawal && answers[0] === 403
      const right = account === 'ticketed' && !proof ? [401] : isClaimable ? [202] : answers
      if (status === 202) key = answer.registrationKey
      if (status === 202 || status === 204) isWithdrawn = isWithdrawal === true
      // After a refusal the registered token is still the previous one.
      if (isNew && status !== 202) tokens--
      outcomes.push({
        name,
        status,
        fault: [...right, 503].includes(status) ? undefined : `${name} is answered ${status}`,
      })
    }
    await send('first', { answers: [202], proof: true })
    for (const name of next) {
      await send(name, steps[name])
      if (name === 'withdraw and come back') await send('replace without proof', steps['replace without proof'])
    }
    return outcomes
  }
}
