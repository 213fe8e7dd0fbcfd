import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { StoreError } from '../../src/relay/store/errors.ts'
import { openStore } from '../../src/relay/store/open.ts'
import { explainOpening } from '../../src/relay/store-opening.ts'
import { memoryFolder } from '../support/temporary-folder.ts'

const failureOf = (path: string): Promise<unknown> =>
  openStore({ kind: 'sqlite', path }, {}).then(
    () => 'opened',
    (error: unknown) => error,
  )

describe('a SQLite file that cannot be opened', () => {
  it.each([
    ['no/s.db', /^there is no folder .*\/no: make it/],
    ['folder', /folder is a folder: PUSHFERRY_STORE is the name of a file/],
    ['text/s.db', /text is not a folder/],
    ['n'.repeat(300), /^no file can have the path .*n \(ENAMETOOLONG\): set PUSHFERRY_STORE/],
    ['device', /device is no regular file/],
    ['text', /text, which PUSHFERRY_STORE names, is not a database/],
  ])('is given up for good at %s, with path and reason', async (name, line) => {
    const folder = memoryFolder()
    onTestFinished(folder.remove)
    mkdirSync(folder.file('folder'))
    symlinkSync('/dev/null', folder.file('device'))
    writeFileSync(folder.file('text'), 'objectId,type,id\n'.repeat(1000))
    const path = folder.file(name)
    const { message, isHopeless } = explainOpening(await failureOf(path), { kind: 'sqlite', path })
    expect(message).toMatch(line)
    expect(isHopeless).toBe(true)
  })

  it('is waited for where nothing is wrong with its place', () => {
    const folder = memoryFolder()
    onTestFinished(folder.remove)
    const error = new StoreError('unavailable', 'the disk is full')
    expect(explainOpening(error, { kind: 'sqlite', path: folder.file('s.db') })).toMatchObject({
      message: expect.stringMatching(/^the disk is full: is .*s\.db/),
      isHopeless: false,
    })
  })
})

describe('a PostgreSQL that cannot be opened', () => {
  const url = 'postgres://me:marked@db.example:6432/d'
  const explain = (members: Record<string, unknown>, message = 'marked') =>
    explainOpening(new StoreError('unavailable', 'no', Object.assign(new Error(message), members)), {
      kind: 'postgres',
      url,
    })

  it.each([
    ['28P01', {}, 'PostgreSQL at db.example:6432 refuses the user or the password'],
    ['28000', {}, 'check its pg_hba.conf'],
    ['3D000', {}, 'has no database with the name in PUSHFERRY_STORE'],
    ['42501', {}, 'GRANT CREATE'],
    ['SELF_SIGNED_CERT_IN_CHAIN', {}, 'is not trusted (SELF_SIGNED_CERT_IN_CHAIN): add sslrootcert=PATH'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', {}, 'is not trusted'],
    ['ENOENT', { syscall: 'open' }, 'a file that PUSHFERRY_STORE names (sslrootcert'],
  ])('is given up for good with %s, and the line blames nothing else', (code, more, line) => {
    const { message, isHopeless } = explain({ code, ...more })
    expect(message).toContain(line)
    expect(message).not.toContain('marked')
    expect(isHopeless).toBe(true)
  })

  it('is given up for good where it has no TLS', () => {
    expect(explain({}, 'The server does not support SSL connections')).toMatchObject({ isHopeless: true })
  })

  it.each(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', '57P03', 'ENOENT'])(
    'is waited for with %s',
    (code) => {
      const { message, isHopeless } = explain({ code })
      expect(message).toContain('db.example:6432')
      expect(isHopeless).toBe(false)
    },
  )
})

it('is given up for good where it has no driver or is of the future, in the words of the error', () => {
  for (const code of ['no-driver', 'future-schema'] as const)
    expect(explainOpening(new StoreError(code, 'words'), { kind: 'sqlite', path: 's.db' })).toEqual({
      message: 'words',
      isHopeless: true,
    })
})
