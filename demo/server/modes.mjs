/**
 * The failures of the simulated CleverTap. Each lasts as long as its switch is on.
 *
 * @type {Readonly<Record<import('../contract.ts').Mode, readonly import('../../src/simulator/fault.ts').Fault[]>>}
 */
export const modes = {
  working: [],
  'too-many': [{ kind: 'status', status: 429, retryAfter: 2, times: 'always' }],
  outage: [{ kind: 'status', status: 500, times: 'always' }],
  refused: [{ kind: 'status', status: 401, times: 'always' }],
}

/**
 * @param {unknown} value
 * @returns {value is import('../contract.ts').Mode}
 */
export const isMode = (value) => typeof value === 'string' && Object.hasOwn(modes, value)
