import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { commands } from '../../src/cli/commands.ts'
import { runCli } from './run-cli.ts'

/** What bash offers after these words, the last of which is being typed. */
const offered = (script: string, ...words: string[]): string[] => {
  const typed = words.map((word) => `'${word}'`).join(' ')
  const ask = `COMP_WORDS=(pushferry ${typed}); COMP_CWORD=${words.length}; _pushferry; printf '%s\\n' "\${COMPREPLY[@]}"`
  return execFileSync('bash', ['--norc', '-c', `${script}\n${ask}`], { encoding: 'utf8' })
    .trim()
    .split('\n')
}

test('bash completes commands, and the options of the command that is there', async () => {
  const { code, out } = await runCli(['completion', 'bash'])
  expect(code).toBe(0)
  expect(offered(out, 'sim')).toEqual(['simulate'])
  expect(offered(out, 'simulate', '--p')).toEqual(['--port', '--passcode', '--profile'])
  expect(offered(out, 'completion', '--h')).toEqual(['--help'])
})

test.each(['bash', 'zsh', 'fish'])('the script for %s knows every command', async (shell) => {
  const { out } = await runCli(['completion', shell])
  for (const { name } of commands) expect(out).toContain(name)
})

test('another shell is wrong usage and told which there are', async () => {
  const { code, err } = await runCli(['completion', 'tcsh'])
  expect([code, err]).toEqual([
    2,
    "pushferry: command-argument value 'tcsh' is invalid for argument 'shell'. Allowed choices are bash, zsh, fish\n",
  ])
})
