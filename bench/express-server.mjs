// What many teams would write first: Express, its JSON body parser, and an answer. It stores nothing.
import express from 'express'
import { answerAsChild } from './support/answer-as-child.mjs'

const app = express()
app.use(express.json({ limit: '2mb' }))
app.use((_request, response) => {
  response.status(202).json({ result: 'queued' })
})
const server = app.listen(0, '127.0.0.1', () => answerAsChild(`http://127.0.0.1:${server.address().port}`))
