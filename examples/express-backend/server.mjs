import { setTimeout as wait } from 'node:timers/promises'
import express from 'express'

const { RELAY_URL = 'http://127.0.0.1:8080', RELAY_API_KEY = 'change-me-to-a-long-secret', PORT = '3001' } = process.env
const types = { android: 'fcm', ios: 'apns' }
const tries = 3

/** Posts one record. Retries when the relay is busy or cannot be reached; sending a record twice does no harm. */
const post = async (record) => {
  for (let left = tries; ; left--) {
    const response = await fetch(`${RELAY_URL}/1/upload`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${RELAY_API_KEY}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ d: [record] }),
      signal: AbortSignal.timeout(10_000),
    }).catch(() => undefined)
    if (response?.ok) return response.json()
    const isFinal = response && response.status < 500 && response.status !== 429
    if (isFinal || left <= 1) throw new Error(`the relay answered ${response?.status ?? 'nothing'}`)
    await wait(1000 * Number(response?.headers.get('Retry-After') ?? 1))
  }
}

const app = express()
app.use(express.json())

app.post('/devices', async (request, response) => {
  const { platform, token, clevertapId } = request.body ?? {}
  if (!Object.hasOwn(types, platform)) return response.status(400).json({ error: 'platform must be android or ios' })
  const answer = await post({
    type: 'token',
    tokenData: { id: token, type: types[platform] },
    objectId: clevertapId,
  })
  const [refused] = answer.unprocessed
  if (refused) return response.status(400).json({ error: refused.error, code: refused.code })
  response.status(202).json({ status: 'stored' })
})

app.use((error, _request, response, _next) => {
  console.error(error.message)
  response.status(error.status ?? 503).json({ error: 'try again later' })
})

const server = app.listen(Number(PORT), '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`))
