import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import { nameOfStore } from '../../src/relay/store-name.ts'

it.each([
  ['postgres://me:marked@db.example:6432/d?password=marked', 'PostgreSQL at db.example:6432'],
  ['postgres://me:marked@/d?host=/var/run/postgresql', 'PostgreSQL at /var/run/postgresql:5432'],
  ['postgres:///d', 'PostgreSQL at this machine:5432'],
])('names the server of %s without its password', (url, name) => {
  expect(nameOfStore({ kind: 'postgres', url })).toBe(name)
})

it('names a SQLite file by its full path', () => {
  expect(nameOfStore({ kind: 'sqlite', path: 'a/s.db' })).toBe(resolve('a/s.db'))
})
