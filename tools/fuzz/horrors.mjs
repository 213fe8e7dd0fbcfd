/*
 * Hand-made bodies that have broken other servers. The test of hostile input and `npm run test:fuzz` share this corpus: add every
 * input here that has found a fault.
 */

const deep = (depth) => `${'['.repeat(depth)}${']'.repeat(depth)}`
const deepObject = (depth) => `${'{"a":'.repeat(depth)}0${'}'.repeat(depth)}`
const record = '{"type":"token","tokenData":{"id":"token","type":"fcm"},"objectId":"victim"}'
const recordWith = (members) => `{"type":"token","tokenData":{"id":"x","type":"fcm"},"objectId":"o"${members}}`

/** Each is sent to every route unchanged. */
export const horrors = [
  // Almost empty bodies.
  '',
  ' ',
  'null',
  'true',
  '0',
  '-0',
  '"',
  '""',
  '{}',
  '[]',
  '[[]]',
  // Values of a wrong type.
  '{"d":null}',
  '{"d":{}}',
  '{"d":"x"}',
  '{"d":[null,true,0,"",[],{}]}',
  '{"d":{"length":1e9}}',
  '{"d":[],"length":-1}',
  '{"type":"token","objectId":{"toString":1},"tokenData":{"id":["x"],"type":"fcm"}}',
  '{"type":["token"],"objectId":["o"],"tokenData":[]}',
  '{"type":"token","objectId":"o","tokenData":{"id":"x","type":"chrome","keys":[]}}',
  '{"type":"token","objectId":"o","tokenData":{"id":"x","type":"chrome","keys":{"p256dh":{},"auth":{}}}}',
  '{"type":"token","objectId":"o","tokenData":{"id":"x","type":"toString"}}',
  '{"account":["x"],"code":{"valueOf":1}}',
  '{"account":"__proto__","code":1e999}',
  // Duplicate members.
  `{"d":[${record}],"d":[]}`,
  `{"d":[],"d":[${record}]}`,
  '{"type":"profile","type":"token","objectId":"a","objectId":"b","tokenData":{"id":"x","type":"fcm"}}',
  '{"type":"token","objectId":"a","tokenData":{"id":"x","id":"y","type":"fcm","type":"apns"}}',
  // Prototype pollution.
  '{"__proto__":{"type":"token","objectId":"o","tokenData":{"id":"x","type":"fcm"}}}',
  '{"type":"token","objectId":"__proto__","tokenData":{"id":"constructor","type":"fcm","__proto__":{"keys":1}}}',
  '{"constructor":{"prototype":{"polluted":1}},"type":"token","tokenData":{},"objectId":"o"}',
  '{"__proto__":{"polluted":1},"d":[{"__proto__":{"polluted":1}}]}',
  '{"d":[{"__proto__":null}]}',
  '{"hasOwnProperty":1,"toJSON":{"x":1},"d":[{"toJSON":"x"}]}',
  // Strings that are not valid values.
  '{"type":"token","objectId":"\\ud800","tokenData":{"id":"x","type":"fcm"}}',
  '{"type":"token","objectId":"\\udc00\\ud800","tokenData":{"id":"x","type":"fcm"}}',
  '{"type":"token","objectId":"a\\u0000b","tokenData":{"id":"x","type":"fcm"}}',
  '{"type":"token","objectId":"o","tokenData":{"id":"\\udfff","type":"fcm"}}',
  '{"type":"token","objectId":"o","tokenData":{"id":"x\\u0000","type":"fcm"}}',
  '{"type":"token","objectId":"o\\u202e","tokenData":{"id":"\\ufeffx","type":"fcm"}}',
  '{"type":"token","objectId":"o\\r\\nX-Injected: 1","tokenData":{"id":"x\\n","type":"fcm"}}',
  '{"d":["\\ud800",{"\\ud800":"\\udfff"}]}',
  recordWith(',"\\ud800":1'),
  // Numbers out of range.
  '{"type":"token","objectId":1e400,"tokenData":{"id":-1e400,"type":1e-400}}',
  `{"n":${'9'.repeat(8000)}}`,
  `{"n":1e${'9'.repeat(300)}}`,
  `{"n":0.${'0'.repeat(5000)}1}`,
  '{"account":"TEST-ACC-1","code":9007199254740993}',
  // Too long, too deep, too many.
  `{"type":"token","objectId":"${'1'.repeat(5000)}","tokenData":{"id":"${'x'.repeat(9000)}","type":"fcm"}}`,
  `{"type":"token","objectId":"${'😀'.repeat(128)}","tokenData":{"id":"${'ü'.repeat(4096)}","type":"fcm"}}`,
  `{"type":"token","objectId":"${'😀'.repeat(129)}","tokenData":{"id":"x","type":"fcm"}}`,
  deep(10),
  deep(5000),
  deepObject(3000),
  `{"d":[${deep(5000)}]}`,
  `{"d":[${deepObject(2500)}]}`,
  `{"a":`.repeat(2000),
  '['.repeat(16_000),
  `{"type":"token","tokenData":${deep(300)},"objectId":"o"}`,
  recordWith(`,"more":${deep(4000)}`),
  `{"d":[${'0,'.repeat(1000)}0]}`,
  `{${Array.from({ length: 1500 }, (_, at) => `"k${at}":0`).join()}}`,
  // Invalid JSON.
  '\ufeff{"d":[]}',
  '\ufeff\ufeff{"d":[]}',
  '{"d":[]}\u0000',
  "{'d':[]}",
  '{"d":[],}',
  '{"d":[NaN]}',
  '{"d":[Infinity]}',
  '{"d":[0x10]}',
  '{"d":[01]}',
  '{"d":["\t"]}',
  '{"d":["\\x"]}',
  '{"d":["\\u12"]}',
  '/**/{"d":[]}',
  '{"d":[]}{"d":[]}',
  'd=1&type=token',
  '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
  // Invalid UTF-8, and other encodings.
  Buffer.from([0xff, 0xfe, 0x7b, 0x00]),
  Buffer.from('7b2264223a5b22eda08022225d7d', 'hex'),
  Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d]),
  Buffer.from([0xc0, 0x80]),
  Buffer.from([0xf5, 0x80, 0x80, 0x80]),
  Buffer.from('{"d":[]}', 'utf16le'),
  Buffer.alloc(2000),
  Buffer.from([0x1f, 0x8b, 8, 0, 0]),
]
