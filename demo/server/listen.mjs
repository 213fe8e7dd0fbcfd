import { DemoError } from './demo-error.mjs'

/** Loopback only, because the demo shows tokens without a password. */
const host = '127.0.0.1'

/**
 * @param {string | undefined} text the setting's value
 * @returns {number}
 * @throws {DemoError}
 */
export const readDemoPort = (text) => {
  const port = Number(text ?? 8088)
  if (text !== '' && Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  throw new DemoError('DEMO_PORT must be a whole number from 0 to 65535; 0 takes a free port', 2)
}

/**
 * @param {import('node:http').Server} server
 * @param {number} port
 * @returns {Promise<number>} the port that it listens on
 * @throws {DemoError} the port is taken or not allowed; the message says how to change it
 */
export const listen = (server, port) =>
  new Promise((resolve, reject) => {
    server.once('error', (/** @type {NodeJS.ErrnoException} */ error) => {
      const why =
        error.code === 'EADDRINUSE'
          ? 'is taken: set DEMO_PORT to another, or to 0 for any free one'
          : error.code === 'EACCES'
            ? 'is not allowed to this user: set DEMO_PORT to one above 1023'
            : `cannot be listened on (${error.code}): set DEMO_PORT to another`
      reject(new DemoError(`port ${port} of ${host}, for the demo site, ${why}`))
    })
    server.listen(port, host, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : port)
    })
  })
