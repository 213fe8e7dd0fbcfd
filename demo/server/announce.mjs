import { describeRecords } from './describe-record.mjs'

/** @typedef {Awaited<ReturnType<typeof import('./run-demo.mjs').runDemo>>} Demo */
/** @typedef {Awaited<ReturnType<typeof import('./send-sample.mjs').sendSample>>} Sent */

/** @param {readonly [string, string, string][]} rows name, value, remark; aligned below each other */
const columns = (rows) => {
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => String(row[column]).length)))
  return rows
    .map(([name, value, remark]) =>
      `  ${name.padEnd(widths[0] ?? 0)}  ${value.padEnd(widths[1] ?? 0)}  ${remark}`.trimEnd(),
    )
    .join('\n')
}

/**
 * @param {string} relay
 * @param {string | undefined} key
 * @returns {[string, string, string][]}
 */
const statusRow = (relay, key) => (key ? [['status page', `${relay}/status`, `any user name, password ${key}`]] : [])

/**
 * Prints the addresses of everything that runs, and the next steps.
 *
 * @param {Demo} demo
 */
export const announce = ({ site, url, simulator, account, store, logFile, apiKey, statusKey, sendsSample }) => `
Running on this machine:

${columns([
  ['demo site', site, ''],
  ['relay', url, `store ${store}${simulator ? ', new with every start' : ''}; log ${logFile}`],
  simulator
    ? ['CleverTap', simulator.url, 'simulated; the real one where CLEVERTAP_ACCOUNT_ID, _PASSCODE and _REGION are set']
    : ['CleverTap', account.apiOrigin, `THE REAL ONE, account ${account.id}: what you send is uploaded there`],
  ...statusRow(url, statusKey),
])}
${
  sendsSample
    ? ''
    : `
The sample tokens were not sent, because they belong to no device and should not go to a real account.
DEMO_SEND_SAMPLE=1 npm start sends them all the same.
`
}
Next:

  Open ${site} and subscribe this browser: its token's way is shown step by step.

  Or post a token as a backend does (the key is good for this run):
  curl ${url}/1/upload -H 'Authorization: Bearer ${apiKey}' -H 'Content-Type: application/json' \\
    -d '{"type":"token","tokenData":{"id":"my-device-token","type":"fcm"},"objectId":"${simulator ? '__my-profile' : 'THE-CLEVERTAP-ID'}"}'

Ctrl-C stops everything.`

const callsOf = (/** @type {number} */ count) => (count === 1 ? 'one call' : `${count} calls`)

/**
 * Prints the result of the sample: the relay's answer, and the records that CleverTap received.
 *
 * @param {Sent} sent
 * @param {Demo['simulator']} simulator
 */
export const describeReceived = ({ answer, states, isRefused }, simulator) => {
  const posted = `Sent CleverTap's documented sample of six token types to the relay, POST /1/upload:
${answer.status} ${JSON.stringify(answer.body)}
`
  const isAccepted = [...states.values()].every((state) => state === 'accepted')
  const settled = isAccepted
    ? `GET /v1/tokens/{objectId} says of each of them: accepted.`
    : `GET /v1/tokens/{objectId} says of them:\n${columns([...states].map(([objectId, state]) => [objectId, state, '']))}`
  const refused = isRefused
    ? `\n\nCleverTap refuses the credentials: compare CLEVERTAP_ACCOUNT_ID, CLEVERTAP_PASSCODE and CLEVERTAP_REGION with the\ndashboard, or run npx pushferry check to find the wrong one. The store keeps the tokens.`
    : ''
  if (!simulator) return `${posted}\n${settled}${refused}`
  const calls = simulator.received().filter(({ dryRun, processed }) => !dryRun && processed > 0)
  // A page that is still open from the previous run may send its own record first.
  const records = calls.flatMap((call) => call.records).filter((record) => states.has(Object(record).objectId))
  return `${posted}
The simulated CleverTap received ${records.length} records in ${callsOf(calls.length)}, field by field:

${describeRecords(records)}

${settled}`
}
