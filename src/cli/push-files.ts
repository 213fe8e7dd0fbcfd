import { createECDH } from 'node:crypto'
import { text as readAll } from 'node:stream/consumers'
import { readTextFile } from '../relay/config/read-text-file.ts'
import { decodeBase64, encodeBase64Url } from '../wire/base64.ts'
import { CliError } from './cli-error.ts'
import type { Io } from './io.ts'

/** A browser's subscription, as `JSON.stringify(subscription)` writes it. */
export interface Subscription {
  endpoint: string
  keys: { p256dh: string; auth: string }
}

export interface VapidPair {
  publicKey: string
  privateKey: string
}

type Members = Readonly<Record<string, unknown>>
const isObject = (value: unknown): value is Members => typeof value === 'object' && value !== null

/** The source of each file's JSON. */
const sources = {
  '--subscription': 'what JSON.stringify(await registration.pushManager.getSubscription()) prints in the page',
  '--vapid': 'what pushferry vapid --json prints',
} as const

const readJson = async (file: string, what: keyof typeof sources, { stdin }: Pick<Io, 'stdin'>): Promise<Members> => {
  let text: string
  try {
    text = file === '-' ? await readAll(stdin) : readTextFile(file)
  } catch {
    throw new CliError(`${what}: ${file} cannot be read. Give a file with ${sources[what]}`, 2)
  }
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''))
    if (isObject(value)) return value
  } catch {
    // Reported below. The parser's own message would quote the input.
  }
  const isEmpty = text.trim() === ''
  throw new CliError(`${what} ${isEmpty ? 'is empty' : 'is not a JSON object'}. Give ${sources[what]}`, 2)
}

const key = (value: unknown, bytes: number): string | undefined => {
  const decoded = typeof value === 'string' ? decodeBase64(value) : undefined
  return decoded?.length === bytes ? encodeBase64Url(decoded) : undefined
}

const isLoopback = ({ hostname }: URL): boolean => /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)

/**
 * Reads the subscription of `--subscription`; `-` is standard input.
 *
 * @throws CliError (exit code 2) for anything but a subscription. The message never quotes the input.
 */
export const readSubscription = async (file: string, io: Pick<Io, 'stdin'>): Promise<Subscription> => {
  const what = '--subscription'
  const { endpoint, keys, tokenData } = await readJson(file, what, io)
  if (typeof endpoint !== 'string')
    throw new CliError(
      `${what} has no endpoint${tokenData === undefined ? '' : ': it is a token record'}. Give ${sources[what]}`,
      2,
    )
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined
  if (!url || !(url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url))))
    throw new CliError(`${what}: the endpoint must be an https address`, 2)
  const p256dh = key(isObject(keys) ? keys.p256dh : undefined, 65)
  const auth = key(isObject(keys) ? keys.auth : undefined, 16)
  if (p256dh === undefined || auth === undefined)
    throw new CliError(`${what}: keys must have p256dh (65 bytes) and auth (16 bytes) in base64url`, 2)
  return { endpoint, keys: { p256dh, auth } }
}

/**
 * Reads the pair of `--vapid`, as `pushferry vapid --json` prints it.
 *
 * @throws CliError (exit code 2) for anything but a pair, or when the two keys do not belong together.
 */
export const readVapidPair = async (file: string, io: Pick<Io, 'stdin'>): Promise<VapidPair> => {
  const members = await readJson(file, '--vapid', io)
  const publicKey = key(members.publicKey, 65)
  const privateKey = key(members.privateKey, 32)
  if (publicKey === undefined || privateKey === undefined)
    throw new CliError(
      '--vapid must hold {"publicKey", "privateKey"} in base64url, as pushferry vapid --json prints it',
      2,
    )
  const pair = createECDH('prime256v1')
  pair.setPrivateKey(privateKey, 'base64url')
  if (pair.getPublicKey('base64url') !== publicKey)
    throw new CliError('--vapid: the two keys do not belong together. Take both from one pair', 2)
  return { publicKey, privateKey }
}
