import { expect, test } from 'vitest'
import { formatOf } from '../../src/import/format.ts'

test.each([
  ['', 'x.csv', 'empty'],
  ['\n  ', 'x', 'empty'],
  ['objectId,type,id\n', 'x.json', 'csv'],
  ['{"d":[{"a":1}]}', 'x.csv', 'json'],
  [' {\n  "d" : [', 'x', 'json'],
  ['[{"a":1}]', 'x.ndjson', 'json'],
  ['{"a":1}\n{"a":2}', 'x.json', 'ndjson'],
  ['{"a":1}', 'x', 'ndjson'],
  ['{"e":1,"d":[1]}', 'x', 'json'],
  ['{\n  "a": 1\n}', 'x', 'json'],
  ['{"a":1\n{"a":2}', 'x', 'ndjson'],
  ['{"a":1\n{"a":2}', 'x.ndjson.gz', 'ndjson'],
  ['{"a":\n{"a":2}', 'x.json', 'json'],
])('%j in a file %s is %s', (head, name, format) => {
  expect(formatOf(head, name)).toBe(format)
})
