/** Bytes for a bare connection that no HTTP client would write, and that two HTTP parsers may read differently. */
import fc from 'fast-check'

const upload = '{"d":[{"type":"token","tokenData":{"id":"smuggled","type":"fcm"},"objectId":"person-0"}]}'
const smuggled = `POST /1/upload HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: ${upload.length}\r\n\r\n${upload}`

const firstLines = [
  'GET /healthz HTTP/1.1',
  'POST /1/upload HTTP/1.1',
  'POST /1/upload HTTP/1.0',
  'POST /v1/subscriptions HTTP/1.1',
  'DELETE /v1/tokens/person-0 HTTP/1.1',
  'GET /status/events HTTP/1.1',
  'GET /healthz',
  'get /healthz http/1.1',
  'PRI * HTTP/2.0',
  'CONNECT a:1 HTTP/1.1',
  'OPTIONS * HTTP/1.1',
  'GET http://evil.example/healthz HTTP/1.1',
  'GET  /healthz  HTTP/1.1',
  'GET /healthz HTTP/9.9',
  'GET /a\u0000b HTTP/1.1',
  'GET /é HTTP/1.1',
  `GET /${'x'.repeat(20_000)} HTTP/1.1`,
  'FOO / HTTP/1.1',
]
const lines = (apiKey, origin) => [
  'host: a',
  'host: a',
  'host: a',
  'host: b',
  'host:',
  'host: [::',
  'host: a b',
  `authorization: Bearer ${apiKey}`,
  `authorization: Bearer ${apiKey}`,
  `origin: ${origin}`,
  'content-type: application/json',
  'content-type: application/json',
  'content-length: 5',
  'content-length: 5, 5',
  'content-length: +5',
  'content-length: 0x5',
  'content-length: -1',
  'content-length: 99999999999999999999',
  `content-length: ${upload.length}`,
  'transfer-encoding: chunked',
  'transfer-encoding: chunked, identity',
  'transfer-encoding: gzip, chunked',
  'transfer-encoding: xchunked',
  'transfer-encoding:\u000bchunked',
  'transfer-encoding : chunked',
  'connection: upgrade',
  'connection: close, transfer-encoding',
  'upgrade: websocket',
  'upgrade: h2c',
  'expect: 100-continue',
  'expect: nothing',
  'trailer: content-length',
  'x: \u0000',
  'x: \u0001\u007f',
  'x\u0000y: 1',
  'é: é',
  'no colon',
  ': no name',
  ' folded',
  '\tfolded',
  `x: ${'y'.repeat(17_000)}`,
  ...[Array.from({ length: 300 }, (_, at) => `x-${at}: 1`).join('\r\n')],
]
const tails = [
  '',
  upload,
  `${upload.length.toString(16)}\r\n${upload}\r\n0\r\n\r\n`,
  `${upload.length.toString(16)};ext="${'x'.repeat(100)}"\r\n${upload}\r\n0\r\n\r\n`,
  `${upload.length.toString(16)}\r\n${upload}\r\n0\r\ncontent-length: 1\r\nauthorization: x\r\n\r\n`,
  `5\r\n{"d":\r\n3\r\n[]}\r\n0\r\n\r\n`,
  `5\r\n{"d":`,
  'fffffffffffffffff\r\nx',
  'ffffffff\r\nx',
  '-1\r\nx\r\n0\r\n\r\n',
  'zz\r\n',
  '0x5\r\n{"d":\r\n',
  ' 5\r\n{"d":\r\n0\r\n\r\n',
  `1;${'a'.repeat(20_000)}\r\n`,
  '0\r\n\r\n',
  `0\r\n\r\n${smuggled}`,
  smuggled,
  smuggled.repeat(3),
  '\u0000'.repeat(100),
  '\r\n\r\n\r\n',
  '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003',
]

/** Makes the generator of such bytes. They have a valid API key and origin, so that some pass the first checks. */
export const createStreams = (apiKey, origin) =>
  fc
    .tuple(
      fc.constantFrom(...firstLines),
      fc.array(fc.constantFrom(...lines(apiKey, origin)), { maxLength: 10 }),
      fc.constantFrom('\r\n', '\r\n', '\r\n', '\n', '\r'),
      fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom(...tails).map((text) => Buffer.from(text, 'latin1')) },
        { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }) },
      ),
    )
    .map(([first, headers, end, tail]) =>
      Buffer.concat([Buffer.from([first, ...headers].join(end) + end + end, 'latin1'), tail]),
    )
