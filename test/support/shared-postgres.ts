import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestProject } from 'vitest/node'
import { type PostgresServer, startPostgres } from './start-postgres.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The URL at which a test process gets the address of the PostgreSQL server that all test files share. */
    sharedPostgres: string
  }
}

/** One PostgreSQL server for a whole run, started when the first test file asks for it. Returns the function that ends it. */
export default async ({ provide }: TestProject): Promise<() => Promise<void>> => {
  let server: Promise<PostgresServer> | undefined
  const desk = createServer((_, response) => {
    server ??= startPostgres()
    server.then(
      ({ port }) => response.end(`postgres://postgres@127.0.0.1:${port}/postgres`),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  })
  desk.listen(0, '127.0.0.1')
  await once(desk, 'listening')
  provide('sharedPostgres', `http://127.0.0.1:${(desk.address() as AddressInfo).port}`) // it listens on TCP
  return async () => {
    desk.close()
    await (await server?.catch(() => undefined))?.end()
  }
}
