import { describe, expect, it } from 'vitest'
import { meaningOf } from '../../../src/relay/clevertap/code-meanings.ts'
import { showableMessage } from '../../../src/relay/clevertap/error-message.ts'
import type { TokenRecord } from '../../../src/wire/record.ts'

const passcode = 'QAB-XYZ-UPDL'
const token = 'dYfuuBmHLGI:APA91bEfAq1b6NAm'
const keys = { p256dh: 'BLc4xRzKlKORKWlbdgFa', auth: 'lettersonlyauth' }
const sent: readonly TokenRecord[] = [{ type: 'token', tokenData: { id: token, type: 'chrome', keys }, objectId: 'a' }]
const meaning = meaningOf(535).meaning
const shown = (text: unknown): string => showableMessage(text, 535, sent)

describe('the text of a refusal', () => {
  it.each([
    "Token 'type' is not valid for 'objectId', record number : 2",
    'Invalid token data',
    'Malformed request: dryRun must be 0 or 1',
    'Maximum of 1000 records (HTTP 413)',
  ])('is in CleverTap’s own words where they are a plain sentence: %s', (text) => {
    expect(shown(text)).toBe(text)
  })

  it('is one line, and empty where there is none', () => {
    expect(shown(' Invalid\r\n\ttoken data ')).toBe('Invalid token data')
    for (const none of ['', ' ', undefined, null, 535, { text: 'why' }]) expect(shown(none)).toBe('')
  })

  const hostile: readonly (readonly [string, string])[] = [
    ['a control character', 'Invalid\u001b[31m token'],
    ['a direction override', 'Invalid \u202etoken'],
    ['a zero-width space', 'Invalid\u200btoken'],
    ['markup', 'Invalid <b>token</b>'],
    ['a link', 'See https://attacker.example'],
    ['another script', 'Неверный токен'],
    ['more than 300 characters', 'word '.repeat(100)],
    ['the passcode', `Wrong ${passcode}`],
    ['the passcode in lower case', `Wrong ${passcode.toLowerCase()}1x`],
    ['the passcode in base64', `Wrong ${Buffer.from(passcode).toString('base64')}`],
    ['the passcode in hex', `Wrong ${Buffer.from(passcode).toString('hex')}`],
    [
      'the passcode percent-encoded',
      `Wrong ${[...passcode].map((one) => `%${one.charCodeAt(0).toString(16)}`).join('')}`,
    ],
    ['the passcode as HTML', `Wrong ${[...passcode].map((one) => `&#${one.charCodeAt(0)};`).join('')}`],
    ['the passcode letter by letter', `Wrong ${[...'qabxyzupdl'].join(' ')}`],
    ['the token', `Bad ${token}`],
    ['the token in base64', `Bad ${Buffer.from(token).toString('base64')}`],
    ['a part of the token', `Bad ${token.slice(0, 12)}`],
    ['a key that is a word', `Bad ${keys.auth}`],
    ['a key with its letters apart', 'Bad letters only auth'],
  ]
  it.each(hostile)('is the meaning that we know for its code where it holds %s', (_, text) => {
    expect(shown(text)).toBe(meaning)
  })
})
