// Runs the built relay on SQLite in a new folder.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serveRelay } from './support/serve-relay.mjs'

const folder = mkdtempSync(join(tmpdir(), 'pushferry-bench-'))
await serveRelay(`sqlite:${join(folder, 'relay.db')}`, () => rmSync(folder, { recursive: true, force: true }))
