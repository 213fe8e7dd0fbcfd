// Any web server works; this one serves the two files of this folder and needs no package.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'

const types = { '/index.html': 'text/html; charset=utf-8', '/pushferry-sw.min.js': 'text/javascript' }

const server = createServer(({ url }, response) => {
  const path = url === '/' ? '/index.html' : url
  if (!Object.hasOwn(types, path)) return response.writeHead(404).end()
  response.writeHead(200, { 'content-type': types[path], 'cache-control': 'no-cache' })
  response.end(readFileSync(new URL(`.${path}`, import.meta.url)))
})
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () =>
  console.log(`http://localhost:${server.address().port}`),
)
