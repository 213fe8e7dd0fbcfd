// npm start: runs everything on this machine. Starts the relay on SQLite, the demo site and a simulated CleverTap, sends
// CleverTap's documented sample through, prints what CleverTap received, and keeps running for a browser.
//
//   PUSHFERRY_PORT     the relay's port (8080); any other setting of the relay is taken as well
//   DEMO_PORT          the demo site's port (8088)
//   CLEVERTAP_ACCOUNT_ID, CLEVERTAP_PASSCODE …   the real CleverTap in place of the simulated one
//   DEMO_SEND_SAMPLE=1 sends the sample to the real CleverTap too
//   DEMO_FOLDER        where VAPID pair, store and log are kept (.demo)
//   DEMO_BUILD=0       does not build; for tests, several of which would build at once
//   DEMO_RELOAD=1      pages reload themselves when another run serves them; npm run dev sets it
//   DEMO_PUSH_SERVICE  an origin that stands in for the browser's push service, for tests
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { announce, describeReceived } from './server/announce.mjs'
import { DemoError } from './server/demo-error.mjs'
import { runDemo } from './server/run-demo.mjs'
import { sendSample } from './server/send-sample.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const say = (line = '') => void process.stdout.write(`${line}\n`)
process.stdout.on('error', () => {}) // the reader, such as `head`, has closed the pipe; the demo goes on

/** @type {(() => unknown)[]} */
const undo = []
/** @type {Promise<void> | undefined} */
let ending
/** @param {number} exitCode */
const end = (exitCode) => {
  ending ??= (async () => {
    process.exitCode = exitCode
    for (const step of undo.splice(0).reverse()) await step()
    process.exit()
  })()
  return ending
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => {
    if (!ending) say('\nStopping.')
    void end(0)
  })

/** Errors that the user can fix: only their message is shown. */
const forPeople = ['DemoError', 'ConfigError', 'RelayError']

const explain = (/** @type {unknown} */ error) => {
  if (!(error instanceof Error)) return String(error)
  if (forPeople.includes(error.name)) return error.message
  if ('code' in error && error.code === 'ERR_MODULE_NOT_FOUND') return 'a dependency is missing: run npm install first'
  return error.stack ?? error.message
}

const exitCodeOf = (/** @type {unknown} */ error) => {
  if (error instanceof Error && 'exitCode' in error) return Number(error.exitCode)
  return error instanceof Error && error.name === 'ConfigError' ? 2 : 1
}

try {
  if (process.argv.length > 2)
    throw new DemoError(
      'there are no arguments; settings are environment variables, such as PUSHFERRY_PORT and DEMO_PORT (all: demo/start.mjs)',
      2,
    )
  const demo = await runDemo({ root, env: process.env, say, onStop: (step) => undo.push(step) })
  if (demo.sendsSample) say(describeReceived(await sendSample(demo.calls, demo.sample), demo.simulator))
  say(announce(demo))
} catch (error) {
  if (!ending) {
    process.stderr.write(`npm start: ${explain(error)}\n`)
    await end(exitCodeOf(error))
  }
}
