// Runs the route without a framework.
import { createServer } from 'node:http'
import { POST } from './route.js'

const server = createServer(async ({ method, url, headers }, response) => {
  if (url !== '/push-ticket' || method !== 'POST') return response.writeHead(404).end()
  const request = new Request(`http://localhost${url}`, { method, headers: { cookie: headers.cookie ?? '' } })
  const answer = await POST(request)
  response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text())
})
server.listen(Number(process.env.PORT ?? 3002), '127.0.0.1', () =>
  console.log(`http://127.0.0.1:${server.address().port}`),
)
