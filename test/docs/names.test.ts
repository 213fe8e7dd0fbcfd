import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { resolveOptions } from '../../src/client/options.ts'
import { operations } from '../../src/relay/http/openapi/operations.ts'
import { recordProblems, relayProblems } from '../../src/wire/problem.ts'
import { builtFile } from '../support/built-file.ts'
import { namesIn, read, root, rowsOf, sectionOf } from './markdown.ts'
import { destructuredFrom, membersIn, stringsIn, unionIn } from './typescript.ts'

const sorted = (names: Iterable<string>): string[] => [...new Set(names)].sort()

/** The list in the docstring in front of it. */
const listIn = (file: string): string[] => [...read(file).matchAll(/^ \* - `([^`]+)`: /gm)].map(([, name = '']) => name)

const filesOf = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.startsWith('docs'))
    .map((name) => join(folder, name))
const sources = filesOf('test').map(read)
const tests = sources.join('\n')
const strings = new Set(sources.flatMap((source) => [...stringsIn(source)]))
const untested = (names: readonly string[]): string[] => names.filter((name) => !strings.has(name))

const [client, worker, relay] = ['docs/client.md', 'docs/worker.md', 'docs/relay.md'].map(read) as [
  string,
  string,
  string,
]

describe('the codes of PushError', () => {
  const codes = sorted(unionIn('src/client/errors.ts', 'PushErrorCode'))

  it('are the same in the type, its docstring, the built type, docs/client.md and the tests', () => {
    expect(codes.length).toBeGreaterThan(5)
    expect(sorted(listIn('src/client/errors.ts'))).toEqual(codes)
    builtFile('dist/types/src/client/errors.d.ts')
    expect(sorted(unionIn('dist/types/src/client/errors.d.ts', 'PushErrorCode'))).toEqual(codes)
    expect(sorted(namesIn(rowsOf(sectionOf(client, '## Errors'))))).toEqual(codes)
    expect(untested(codes)).toEqual([])
  })

  it('are called retryable, or not, as they are', () => {
    const rows = rowsOf(sectionOf(client, '## Errors'))
    expect(Object.fromEntries(rows.map((row) => [namesIn([row])[0], row.at(-1)]))).toEqual({
      unsupported: 'no',
      'needs-install': 'no',
      'insecure-context': 'no',
      'permission-denied': 'no',
      'permission-dismissed': 'yes',
      'no-object-id': 'yes',
      'bad-vapid-key': 'no',
      'worker-failed': 'yes',
      'worker-timeout': 'yes',
      'push-service-unavailable': 'yes',
      'subscribe-failed': 'by cause',
      'relay-refused': 'by cause',
    })
  })
})

describe('the states', () => {
  it('are the same in the type, its docstring, docs/client.md and the tests', () => {
    const states = sorted(unionIn('src/client/status.ts', 'State'))
    expect(states).toHaveLength(7)
    expect(sorted(listIn('src/client/status.ts'))).toEqual(states)
    expect(sorted(namesIn(rowsOf(sectionOf(client, '## States'))))).toEqual(states)
    expect(untested(states)).toEqual([])
  })
})

describe('the options', () => {
  it('of the page client are those of docs/client.md', () => {
    const { base, log, ...options } = resolveOptions({ relay: 'https://push.example.com' })
    expect(namesIn(rowsOf(sectionOf(client, '## Options')))).toEqual(Object.keys(options))
  })

  it('of the worker are those of docs/worker.md', () => {
    const options = [
      ...membersIn('sw/attach.ts', 'WorkerOptions'),
      ...membersIn('sw/display-settings.ts', 'DisplaySettings'),
    ]
    expect(sorted(namesIn(rowsOf(sectionOf(worker, '## Options'))))).toEqual(sorted(options))
  })

  it('of the soft prompt are those of docs/client.md', () => {
    const options = membersIn('src/prompt/options.ts', 'PromptOptions')
    expect(options.length).toBeGreaterThan(3)
    expect(sorted(namesIn(rowsOf(sectionOf(client, '## The soft prompt'))))).toEqual(sorted(options))
  })

  it('of the script tag are those that it reads', () => {
    const attributes = destructuredFrom('src/client/tag-settings.ts', 'dataset').map(
      (name) => `data-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
    )
    expect(attributes.length).toBeGreaterThan(3)
    expect(sorted(namesIn(rowsOf(sectionOf(client, '## Script tag'))))).toEqual(sorted(attributes))
  })

  it('has the stub that the script replays, in less than 200 bytes', () => {
    const [, stub = ''] = /^ \* {5}(\(p=>.*)$/m.exec(read('src/client/script-tag.ts')) ?? []
    expect(stub.length).toBeGreaterThan(100)
    expect(stub.length).toBeLessThan(200)
    expect(client).toContain(stub)
  })
})

describe('the codes of the relay', () => {
  it('for problems are the same in source and docs/relay.md, with their status, and in the tests', () => {
    const documented = rowsOf(sectionOf(relay, '## Problem codes')).filter(([code = '']) => code.startsWith('`'))
    expect(Object.fromEntries(documented.map(([code = '', status]) => [code.slice(1, -1), Number(status)]))).toEqual(
      relayProblems,
    )
    expect(untested(Object.keys(relayProblems))).toEqual([])
  })

  it('for records are the same in source, docs/relay.md and tests', () => {
    const codes = Object.keys(recordProblems)
    const codesIn = (text: string): string[] =>
      rowsOf(text)
        .map(([code = '']) => code)
        .filter((code) => /^\d{3}$/.test(code))
    expect(codesIn(sectionOf(relay, '### Record codes'))).toEqual(codes)
    expect(codes.filter((code) => !new RegExp(`\\b${code}\\b`).test(tests))).toEqual([])
  })
})

describe('the routes', () => {
  it('are all in docs/relay.md, but for the parts of the status page', () => {
    const documented = rowsOf(sectionOf(relay, '## Routes')).flatMap(([routes = '']) => {
      const [, method = 'GET'] = /`([A-Z]+) /.exec(routes) ?? []
      return namesIn([[routes]]).map((name) => `${method.toLowerCase()} ${name.replace(/^[A-Z]+ /, '')}`)
    })
    const known = Object.keys(operations).filter((name) => !/^\w+ \/status\//.test(name))
    expect(sorted(documented.filter((name) => name.includes('/')))).toEqual(sorted(known))
  })
})

describe('the dependencies in docs/architecture.md', () => {
  it('have one line each', () => {
    const manifest = JSON.parse(read('package.json')) as Record<string, Record<string, string>>
    const named = sectionOf(read('docs/architecture.md'), '## Dependencies')
    const lines = rowsOf(named)
      .flatMap(([names = '']) => names.replace(/\(.*?\)/g, '').split(/, */))
      .map((name) => name.trim())
    const wanted = ['dependencies', 'optionalDependencies', 'peerDependencies', 'devDependencies'].flatMap((kind) =>
      Object.keys(manifest[kind] ?? {}),
    )
    expect(sorted(lines)).toEqual(sorted(wanted))
  })
})
