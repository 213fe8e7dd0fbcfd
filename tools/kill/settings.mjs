// The kill test's settings, from the environment. A wrong value ends the process with one line.
import { wholeNumber } from '../whole-number.mjs'

const fail = (line) => {
  console.error(line)
  process.exit(2)
}
export const store = process.env.STORE ?? 'sqlite'
if (store !== 'sqlite' && store !== 'postgres') fail('STORE must be sqlite or postgres')
export const rounds = wholeNumber('ROUNDS', 20)
export const relays = wholeNumber('RELAYS', 1)
export const seed = wholeNumber('SEED', 1 + Math.floor(Math.random() * 1e9))
/** The longest time between a round's start and its kill. */
export const roundMs = wholeNumber('ROUND_MS', store === 'sqlite' ? 1500 : 3000)
/** Requests in flight at CleverTap, over all relays. */
export const slots = wholeNumber('SLOTS', 3, 15)
