import fc from 'fast-check'

/** Strings of any UTF-16 code units. fast-check's own `binary` unit first makes a list of all characters, which takes seconds. */
export const anyString = (maxLength: number): fc.Arbitrary<string> =>
  fc.array(fc.nat(0xffff), { maxLength }).map((units) => String.fromCharCode(...units))
