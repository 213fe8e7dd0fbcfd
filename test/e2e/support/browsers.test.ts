import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test } from 'vitest'
import { browsersAreRequired, installCommand, missingPackages } from './browsers.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** Runs one browser suite as a user would, on a machine where that browser is said to be somewhere it is not. */
const runWithoutBrowser = (environment: NodeJS.ProcessEnv) => {
  const { CI: _ci, PUSHFERRY_BROWSERS: _required, VITEST: _inside, ...clean } = process.env
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', 'run', '--project', 'browser', 'test/e2e/token-way.chromium.test.ts'],
    { cwd: root, encoding: 'utf8', env: { ...clean, CHROMIUM: '/nowhere/chromium', ...environment } },
  )
  return { status, stderr: stripVTControlCharacters(stderr), stdout: stripVTControlCharacters(stdout) }
}

describe('a machine without a browser', () => {
  test('leaves the suite out, and says in the last lines which and how to get it', () => {
    const { status, stdout } = runWithoutBrowser({})
    expect(stdout.trimEnd().split('\n').slice(-4)).toEqual([
      'NOT RUN, because a browser is missing here:',
      '  test/e2e/token-way.chromium.test.ts: chromium: the way of a token',
      'To run them:',
      '  sudo apt-get install -y chromium',
    ])
    expect(status).toBe(0)
  })

  test('fails where browsers are required', () => {
    const { status, stderr } = runWithoutBrowser({ PUSHFERRY_BROWSERS: 'required' })
    expect(status).toBe(1)
    expect(stderr).toContain('not installed here: sudo apt-get install -y chromium')
  })
})

describe('what is missing', () => {
  const debian = [
    '/usr/bin/chromium',
    '/usr/bin/firefox-esr',
    '/usr/bin/dbus-daemon',
    '/usr/lib/x86_64-linux-gnu/libnotify.so.4',
  ]
  const without = (file: string) => (name: string) => debian.includes(name) && name !== file

  test.each([
    ['chromium', 'nothing', []],
    ['chromium', '/usr/bin/chromium', ['chromium']],
    ['chromium', '/usr/bin/dbus-daemon', ['dbus-daemon']],
    ['chromium', '/usr/lib/x86_64-linux-gnu/libnotify.so.4', []],
    ['firefox', 'nothing', []],
    ['firefox', '/usr/bin/firefox-esr', ['firefox-esr']],
    ['firefox', '/usr/lib/x86_64-linux-gnu/libnotify.so.4', ['libnotify4']],
  ] as const)('finds the missing packages of %s without %s: %j', (browser, file, packages) => {
    expect(missingPackages(browser, {}, without(file))).toEqual(packages)
  })

  test('the environment says where the browser is', () => {
    const exists = (name: string) => name === '/opt/chrome' || name === '/usr/bin/dbus-daemon'
    expect(missingPackages('chromium', { CHROMIUM: '/opt/chrome' }, exists)).toEqual([])
    expect(missingPackages('chromium', { CHROMIUM: '/opt/other' }, exists)).toEqual(['chromium'])
  })

  test('one command names each package once', () => {
    expect(installCommand(['chromium', 'dbus-daemon', 'dbus-daemon'])).toBe(
      'sudo apt-get install -y chromium dbus-daemon',
    )
  })

  test.each([
    [{}, false],
    [{ CI: 'true' }, true],
    [{ CI: '' }, false],
    [{ PUSHFERRY_BROWSERS: 'required' }, true],
    [{ PUSHFERRY_BROWSERS: 'no' }, false],
  ])('decides by %j whether browsers are required: %s', (environment, required) => {
    expect(browsersAreRequired(environment)).toBe(required)
  })
})
