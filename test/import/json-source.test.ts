import fc from 'fast-check'
import { expect, it } from 'vitest'
import { nameOf, partsOf, withOneOf } from '../../src/import/json-source.ts'

const indent = fc.constantFrom(undefined, 2)
const name = fc.string({ unit: fc.constantFrom('a', '"', '\\', ',', ':', '{', ']', 'é', '\n'), maxLength: 5 })

it('the parts of any object are its members as written, and those of a list its elements', () => {
  fc.assert(
    fc.property(fc.dictionary(name, fc.jsonValue({ maxDepth: 3 })), indent, (object, space) => {
      const parts = partsOf(JSON.stringify(object, undefined, space))
      expect(parts.map(nameOf)).toEqual(Object.keys(JSON.parse(JSON.stringify(object))))
      expect(JSON.parse(`{${parts.join(',')}}`)).toEqual(JSON.parse(JSON.stringify(object)))
      const elements = partsOf(JSON.stringify(Object.values(object), undefined, space))
      expect(JSON.parse(`[${elements.join(',')}]`)).toEqual(JSON.parse(JSON.stringify(Object.values(object))))
    }),
  )
})

it('an object keeps one element of a list, and everything else as written', () => {
  const source = '{"n": 12345678901234567890, "l": [{"x": 1.50}, [2], "],"], "m":{"l":[0]}}'
  expect([0, 1, 2].map((index) => withOneOf(source, 'l', index))).toEqual(
    ['{"x": 1.50}', '[2]', '"],"'].map((one) => `{"n": 12345678901234567890,"l":[${one}],"m":{"l":[0]}}`),
  )
})
