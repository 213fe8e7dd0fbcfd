import { existsSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Gate, runGates } from '../../tools/check/run-gates.mjs'
import { temporaryFolder } from '../support/temporary-folder.ts'

describe('gates side by side', () => {
  let folder: ReturnType<typeof temporaryFolder>
  let said: string
  beforeEach(() => {
    folder = temporaryFolder()
    said = ''
  })
  afterEach(() => folder.remove())

  /** A gate that runs this script, which may wait for files of the folder. None outlives its test for long. */
  const gate = (name: string, script: string, ...after: string[]): Gate => {
    const prelude = `
      import { existsSync, openSync, rmSync, writeFileSync } from 'node:fs'
      import { spawn, spawnSync } from 'node:child_process'
      setTimeout(() => process.exit(9), 30_000).unref()
      const file = (name) => ${JSON.stringify(folder.path)} + '/' + name
      const make = (name) => writeFileSync(file(name), '')
      const there = async (name) => {
        while (!existsSync(file(name))) await new Promise((resolve) => setTimeout(resolve, 10))
      }`
    return { name, after, command: [process.execPath, '--input-type=module', '--eval', `${prelude}\n${script}`] }
  }
  const run = (gates: readonly Gate[], atOnce = 2): Promise<number> =>
    runGates(gates, { atOnce, output: { write: (text) => (said += text) } })

  it('run at the same time, keep what each says together, and tell how long each took', async () => {
    const code = await run([
      gate('one', `console.log('one begins'); make('one'); await there('two'); console.log('one ends')`),
      gate('two', `console.log('two begins'); make('two'); await there('one'); console.error('two ends')`),
    ])
    expect(code).toBe(0)
    expect(said).toContain('== one\none begins\none ends\n')
    expect(said).toContain('== two\ntwo begins\ntwo ends\n')
    expect(said).toMatch(/\none +\d+\.\d s\n/)
    expect(said).toMatch(/\nall green +\d+\.\d s\n$/)
  })

  it('are not more at once than is allowed', async () => {
    const alone = `openSync(file('mine'), 'wx'); spawnSync(process.execPath, ['--version']); rmSync(file('mine'))`
    expect(await run([gate('one', alone), gate('two', alone), gate('three', alone)], 1), said).toBe(0)
  })

  it('wait for the ones that they need', async () => {
    const tests = gate('tests', `process.exitCode = existsSync(file('built')) ? 0 : 1`, 'build')
    expect(await run([tests, gate('build', `make('built')`)]), said).toBe(0)
  })

  it('end with the exit code of the first that is red, which ends all that the others started', async () => {
    // Its output stays open, and the run unsettled, as long as anything that it has started lives.
    const long = `const child = spawn(process.execPath, ['--eval', 'setTimeout(() => {}, 60_000)'], { stdio: 'inherit' })
      child.once('spawn', () => make('started'))`
    const red = `await there('started'); console.error('what is wrong'); process.exitCode = 3`
    const code = await run([gate('long', long), gate('red', red), gate('never', `make('never')`, 'red')])
    expect(code).toBe(3)
    expect(said).toMatch(/== red\nwhat is wrong\n== red is red after \d+\.\d s, with exit code 3\n$/)
    expect(existsSync(folder.file('never'))).toBe(false)
  })

  it('are red when there is no such program, or when a signal ends one', async () => {
    expect(await run([{ name: 'none', command: ['there-is-no-such-program'] }])).toBe(1)
    expect(said).toContain('ENOENT')
    expect(await run([gate('killed', `process.kill(process.pid, 'SIGKILL'); setInterval(() => {}, 1000)`)])).toBe(1)
  })

  it('say so when one needs a gate that nobody runs', async () => {
    await expect(run([gate('lost', '', 'nothing')])).rejects.toThrow('lost')
  })
})
