import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createTempFolder } from './temp-folder.ts'

/** A D-Bus session bus that nobody else is on. */
export interface PrivateBus {
  /** For `DBUS_SESSION_BUS_ADDRESS`. */
  readonly address: string
  stop(): Promise<void>
}

const configuration = (folder: string): string => `<busconfig>
  <type>session</type>
  <listen>unix:path=${folder}/socket</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>`

/** @throws Error when `dbus-daemon` does not start; its own words are in the message. */
export const startPrivateBus = async (): Promise<PrivateBus> => {
  const folder = createTempFolder()
  const file = join(folder.path, 'bus.conf')
  writeFileSync(file, configuration(folder.path))
  const daemon = spawn('dbus-daemon', [`--config-file=${file}`, '--nofork', '--print-address'])
  const gone = once(daemon, 'exit')
  // A test process that ends without stop() must not leave the daemon behind.
  const kill = () => void daemon.kill()
  process.once('exit', kill)

  let words = ''
  daemon.stderr.on('data', (chunk) => {
    words += chunk
  })
  const address = await Promise.race([
    once(createInterface(daemon.stdout), 'line').then(([line]) => String(line)),
    once(daemon, 'exit').then(() => {
      throw new Error(`dbus-daemon ended at once: ${words}`)
    }),
  ])
  return {
    address,
    async stop() {
      process.off('exit', kill)
      daemon.kill()
      await gone
      folder.remove()
    },
  }
}
