import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { nodeOptionsOf } from '../../../src/relay/clevertap/thread/node-options.ts'

describe('a thread’s options of Node', () => {
  it.each([
    [[], []],
    [['--import', './otel.mjs', '--require=./a.cjs', '-r', './b.cjs', '--max-old-space-size=100'], []],
    [['--import', './dns-result-order.mjs'], []],
    [
      ['--dns-result-order', 'ipv4first', '--import=./otel.mjs'],
      ['--dns-result-order', 'ipv4first'],
    ],
    [
      ['--inspect', '--tls-min-v1.3', '--no-network-family-autoselection'],
      ['--tls-min-v1.3', '--no-network-family-autoselection'],
    ],
  ])('of the command line %j are %j', (execArgv, kept) => {
    expect(nodeOptionsOf({ execArgv, env: {} }).execArgv).toEqual(kept)
  })

  it.each([
    [undefined, ''],
    ['--import ./otel.mjs --dns-result-order=ipv4first', '--dns-result-order=ipv4first'],
    ['--require "./a --tls-min-v1.3 b.cjs" --max-http-header-size=9000', ''],
    [
      String.raw`--import="./a \" --tls-min-v1.3 b.mjs" --dns-result-order ipv4first -r x`,
      '--dns-result-order ipv4first',
    ],
    ['--tls-cipher-list="ECDHE ALL" --tls-max-v1.2', '--tls-max-v1.2'],
  ])('of NODE_OPTIONS %j are %j, and the rest of the environment stays', (options, kept) => {
    const { env } = nodeOptionsOf({ execArgv: [], env: { NODE_OPTIONS: options, NODE_EXTRA_CA_CERTS: '/ca.pem' } })
    expect(env).toEqual({ NODE_OPTIONS: kept, NODE_EXTRA_CA_CERTS: '/ca.pem' })
  })

  it.each([
    '--dns-result-order=ipv4first',
    '--tls-min-v1.3',
    '--tls-max-v1.2',
    '--no-network-family-autoselection',
    '--network-family-autoselection-attempt-timeout=500',
  ])('are such as a thread may have: %s', async (option) => {
    const program = new Worker('', {
      eval: true,
      ...nodeOptionsOf({ execArgv: [option], env: { NODE_OPTIONS: option } }),
    })
    expect(await once(program, 'exit')).toEqual([0])
  })
})
