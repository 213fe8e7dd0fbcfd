// The baseline for intake: a bare node:http server that reads and parses the same body and answers 202.
import { createServer } from 'node:http'
import { answerAsChild } from './support/answer-as-child.mjs'

const server = createServer((request, response) => {
  const chunks = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => {
    JSON.parse(Buffer.concat(chunks).toString())
    response.writeHead(202, { 'content-type': 'application/json' })
    response.end('{"result":"queued"}')
  })
})
server.listen(0, '127.0.0.1', () => answerAsChild(`http://127.0.0.1:${server.address().port}`))
