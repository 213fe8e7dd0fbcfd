import { connect, createServer, type Socket } from 'node:net'

/** A proxy between a client and a PostgreSQL server that breaks their connection in chosen ways. */
export interface PostgresProxy {
  port: number
  /** While this is true, nothing passes in either direction, and neither side gets an error. */
  silent: boolean
  /** Lets the next commit with such a statement take place, and cuts the connection before the client gets the answer. */
  loseCommitOf(statement: string): void
  close(): Promise<void>
}

/** The server's message for a commit: the tag of a CommandComplete message. */
const committed = 'COMMIT\0'

export const startPostgresProxy = async (serverPort: number): Promise<PostgresProxy> => {
  const sockets = new Set<Socket>()
  let losing: string | undefined
  const server = createServer((client) => {
    const upstream = connect(serverPort, '127.0.0.1')
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
    }
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.destroy())
    let isDoomed = false
    client.on('data', (chunk) => {
      if (losing !== undefined && chunk.includes(losing)) {
        losing = undefined
        isDoomed = true
      }
      if (!proxy.silent) upstream.write(chunk)
    })
    upstream.on('data', (chunk) => {
      if (isDoomed && chunk.includes(committed)) client.destroy()
      else if (!proxy.silent) client.write(chunk)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const proxy: PostgresProxy = {
    port: typeof address === 'object' && address ? address.port : 0,
    silent: false,
    loseCommitOf: (statement) => {
      losing = statement
    },
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return proxy
}
