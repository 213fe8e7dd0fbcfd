/** @typedef {import('../contract.ts').Snapshot} Snapshot */

/**
 * The relay's reaction in words: its health and its queue.
 *
 * @type {Readonly<Record<import('../contract.ts').Mode, {failing: string, over: string}>>}
 */
const coping = {
  working: {
    failing: '',
    over: 'Everything that arrives is uploaded within a second. Switch on a failure, then post a token below.',
  },
  'too-many': {
    failing: 'CleverTap asks for fewer requests: the relay waits for Retry-After, and sends fewer at a time.',
    over: 'CleverTap answers 429 to the next upload. Post a token below, and see it wait.',
  },
  outage: {
    failing:
      'The relay continues to accept tokens, keeps them on disk, and retries with growing pauses (here at most 4 s).',
    over: 'CleverTap answers 500 to the next upload. Post a token below, and see it wait.',
  },
  refused: {
    failing:
      'CleverTap refuses the passcode: the relay continues to accept tokens, and tries the passcode once a minute.',
    over: 'CleverTap answers 401 to the next upload. Post a token below, and see it wait.',
  },
}

/**
 * The relay's reaction to the selected failure of the simulated CleverTap; empty with the real one. Pure.
 *
 * @param {Snapshot} snapshot
 */
export const copingText = ({ relay, clevertap, tokens }) => {
  if (!clevertap.simulated) return ''
  const upload = relay.readiness?.accounts[clevertap.accountId]?.upload
  const waiting = Object.values(tokens).filter(
    (token) => token?.state === 'queued' || token?.state === 'uploading',
  ).length
  const waits =
    waiting === 0
      ? ''
      : ` ${waiting === 1 ? 'One token of yours waits' : `${waiting} tokens of yours wait`}; nothing is lost.`
  const { failing, over } = coping[clevertap.mode]
  if (clevertap.mode !== 'working') return (upload !== 'ok' || waiting > 0 ? failing : over) + waits
  if (upload === 'suspended')
    return `CleverTap works again. The relay will see it when it asks the next time, within a minute.${waits}`
  if (upload === 'throttled')
    return `CleverTap works again. The relay sees it after Retry-After, within two seconds.${waits}`
  if (upload === 'failing') return `CleverTap works again. The relay sees it with its next try, in seconds.${waits}`
  return over + waits
}
