import { spawnSync } from 'node:child_process'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRelay, type Relay } from '../../src/relay/index.ts'
import { silentLog } from '../../src/relay/operations/log.ts'
import { run } from '../package/packed.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { codeOf, read } from './markdown.ts'

const section = read('docs/backend.md')
const apiKey = 'YOUR-PUSHFERRY-API-KEY'

/** The documented scripts, and what runs them. Kotlin's and Swift's compilers are not asked for here. */
const scripts = [
  { language: 'sh', command: 'sh', arguments: ['-c'], needs: 'curl', output: /"status":"success","processed":1/ },
  {
    language: 'js',
    command: process.execPath,
    arguments: ['--input-type=module', '-e'],
    output: /^200 \{ status: 'success', processed: 1/,
  },
  { language: 'python', command: 'python3', arguments: ['-c'], needs: 'python3', output: /^200 1 \[\]/ },
] as const

const isThere = (program: string): boolean => spawnSync(program, ['--version']).status === 0

describe('the scripts for mobile backends in docs/backend.md', () => {
  let relay: Relay
  let url: string
  let folder: ReturnType<typeof temporaryFolder>
  beforeEach(async () => {
    folder = temporaryFolder()
    relay = createRelay({
      env: {
        CLEVERTAP_ACCOUNT_ID: 'ACCOUNT_ID',
        CLEVERTAP_PASSCODE: 'nobody-is-asked',
        CLEVERTAP_URL: 'http://127.0.0.1:9',
        PUSHFERRY_API_KEYS: apiKey,
        PUSHFERRY_STORE: `sqlite:${folder.file('relay.db')}`,
        PUSHFERRY_PORT: '0',
      },
      log: silentLog,
    })
    url = (await relay.start()).url
  })
  afterEach(async () => {
    await relay.stop()
    folder.remove()
  })

  it.for(scripts)('$language: posts a token that the relay then has', async (script, { skip }) => {
    const [code = ''] = codeOf(section, script.language)
    expect(code).toContain('https://push.example.com')
    // Only on a machine without the program; .ci/run installs them all.
    if ('needs' in script && !isThere(script.needs)) skip(`${script.needs} is not installed`)
    const text = code.replaceAll('https://push.example.com', url)
    const { code: exit, out, err } = await run(folder.path, script.command, ...script.arguments, text)
    expect({ exit, out: script.output.test(out) ? 'as expected' : `${out}${err}` }).toEqual({
      exit: 0,
      out: 'as expected',
    })
    const answer = await fetch(`${url}/v1/tokens/__CLEVERTAP-ID`, { headers: { authorization: `Bearer ${apiKey}` } })
    expect(await answer.json()).toMatchObject({ objectId: '__CLEVERTAP-ID', type: 'fcm' })
  })

  it.each(['kotlin', 'swift'])('%s: posts to the same route with the same key and members', (language) => {
    const [code = ''] = codeOf(section, language)
    for (const part of ['https://push.example.com/1/upload', apiKey, 'application/json', 'tokenData', 'objectId'])
      expect(code).toContain(part)
  })
})
