// Bounded load: so many keep-alive connections to one server on this machine for so many seconds, one record a request.
import { randomBytes } from 'node:crypto'
import { Pool } from 'undici'

const [url, seconds, connections] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])]
if (!url?.startsWith('http://127.0.0.1:')) throw new Error('this load goes to loopback only')
const pool = new Pool(url, { connections, pipelining: 1 })
const padding = 'APA91b'.padEnd(150, 'x')
const headers = { 'content-type': 'application/json', 'x-clevertap-passcode': 'an-api-key-for-the-benchmark' }
const took = []
let failed = 0
const until = performance.now() + seconds * 1000
const one = async () => {
  while (performance.now() < until) {
    const id = randomBytes(16).toString('hex')
    const body = `{"d":[{"type":"token","tokenData":{"id":"${id}:${padding}","type":"fcm"},"objectId":"__${id}"}]}`
    const from = performance.now()
    const { statusCode, body: answer } = await pool.request({ method: 'POST', path: '/1/upload', headers, body })
    await answer.dump()
    took.push(performance.now() - from)
    if (statusCode >= 300) failed++
  }
}
await Promise.all(Array.from({ length: connections }, one))
await pool.destroy()
took.sort((a, b) => a - b)
const at = (share) => Number((took[Math.floor(took.length * share)] ?? 0).toFixed(2))
console.log(JSON.stringify({ perSecond: Math.round(took.length / seconds), p50: at(0.5), p99: at(0.99), failed }))
