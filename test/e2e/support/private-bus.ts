import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createTempFolder } from './temp-folder.ts'

/** A D-Bus session bus that no other program uses. */
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

// The shell gives its output to the daemon, waits for its own input to end, and then ends the daemon. So the daemon always ends
// with the test process, even after Ctrl-C or a kill.
const RUN_UNTIL_INPUT_ENDS = [
  "trap '' INT",
  'dbus-daemon --config-file="$1" --nofork --print-address & exec >&-',
  'read -r _',
  'kill $!',
  'wait $!',
].join('\n')

/** @throws Error when `dbus-daemon` does not start; its output is in the message. */
export const startPrivateBus = async (): Promise<PrivateBus> => {
  const folder = createTempFolder()
  const file = join(folder.path, 'bus.conf')
  writeFileSync(file, configuration(folder.path))
  const shell = spawn('/bin/sh', ['-c', RUN_UNTIL_INPUT_ENDS, 'sh', file])
  const closed = once(shell, 'close')
  const stop = async () => {
    shell.stdin.end()
    await closed
    folder.remove()
  }

  let words = ''
  shell.stderr.on('data', (chunk) => {
    words += chunk
  })
  const lines = createInterface(shell.stdout)
  const address = await new Promise<string | null>((resolve) => {
    lines.once('line', resolve)
    lines.once('close', () => resolve(null))
  })
  if (address !== null) return { address, stop }
  await stop()
  throw new Error(`dbus-daemon did not start: ${words}`)
}
