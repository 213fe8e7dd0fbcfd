/** An object of unknown content from JSON, storage or a structured clone. */
export type Members = { readonly [name: string]: unknown }

/** The value as an object, or `undefined` if it is not one. An array passes: it has none of the members that we read. */
export const members = (value: unknown): Members | undefined =>
  // The cast repeats the check: TypeScript does not narrow `object` to an index signature.
  typeof value === 'object' && value ? (value as Members) : undefined

/** A copy with the object's own members, without any that another script has put on `Object.prototype`. */
export const own = <T extends object>(object: T | undefined): T =>
  // The cast: TypeScript takes the prototype for a member.
  ({ __proto__: null, ...object }) as object as T

/** The value if it is a non-empty string, else `undefined`. */
export const filled = (value: unknown): string | undefined => (typeof value === 'string' && value) || undefined
