import { validateHeaderName, validateHeaderValue } from 'node:http'
import type { Fault, FaultKind } from './fault.ts'

/** A valid fault, or one sentence that says why it is invalid. */
export type ReadFault = { ok: true; fault: Fault } | { ok: false; message: string }

type Rule = { allowed: string; fits: (value: unknown) => boolean }
type Rules = Readonly<Record<string, Rule>>

const number = (least: number, most: number): Rule => ({
  allowed: `a whole number from ${least} to ${most}`,
  fits: (value) => Number.isInteger(value) && Number(value) >= least && Number(value) <= most,
})
const oneOf = (...words: readonly string[]): Rule => ({
  allowed: words.join(' or '),
  fits: (value) => words.some((word) => word === value),
})
const either = (one: Rule, other: Rule): Rule => ({
  allowed: `${one.allowed} or ${other.allowed}`,
  fits: (value) => one.fits(value) || other.fits(value),
})
const string: Rule = { allowed: 'a string', fits: (value) => typeof value === 'string' }
const truth: Rule = { allowed: 'true or false', fits: (value) => typeof value === 'boolean' }
const object: Rule = { allowed: 'an object', fits: (value) => typeof value === 'object' && value !== null }
/** Whether HTTP can carry a header. With any other header, Node would break the connection instead of answering. */
const isHeader = (name: string, value: unknown): boolean => {
  if (typeof value !== 'string') return false
  try {
    validateHeaderName(name)
    validateHeaderValue(name, value)
    return true
  } catch {
    return false
  }
}
const headers: Rule = {
  allowed: 'an object of HTTP headers, with strings as values',
  fits: (value) => object.fits(value) && Object.entries(Object(value)).every(([name, one]) => isHeader(name, one)),
}
const headerValue: Rule = { allowed: 'the value of an HTTP header', fits: (value) => isHeader('retry-after', value) }
const objectIds: Rule = {
  allowed: 'an array of strings',
  fits: (value) => typeof value === 'function' || (Array.isArray(value) && value.every(string.fits)),
}

const scopeRules: Rules = {
  times: either(number(1, 1_000_000_000), oneOf('always')),
  every: number(1, 1_000_000_000),
  on: oneOf('upload', 'profile'),
  dryRun: truth,
  objectIds,
  applied: truth,
}
const milliseconds = number(0, 86_400_000)

const effectRules: Readonly<Record<FaultKind, { members: Rules; required: readonly string[] }>> = {
  latency: { members: { ms: milliseconds }, required: ['ms'] },
  status: {
    members: {
      status: number(200, 599),
      body: either(string, object),
      retryAfter: either(number(0, 1_000_000_000), headerValue),
      headers,
    },
    required: ['status'],
  },
  hang: { members: {}, required: [] },
  reset: { members: { at: oneOf('request', 'answer', 'body') }, required: [] },
  html: { members: {}, required: [] },
  truncated: { members: {}, required: [] },
  reject: { members: { code: number(100, 999), error: string }, required: ['code'] },
  'no-items': { members: {}, required: [] },
  counts: { members: { processed: number(-1, 1_000_000_000) }, required: ['processed'] },
  echo: { members: { record: oneOf('omitted', 'changed'), number: oneOf('omitted', 'shifted') }, required: [] },
  trickle: { members: { ms: milliseconds, bytes: number(1, 1_000_000) }, required: ['ms'] },
}

/** The kinds of faults, for messages that list them. */
export const faultKinds: readonly string[] = Object.keys(effectRules)

const isKind = (kind: unknown): kind is FaultKind => typeof kind === 'string' && Object.hasOwn(effectRules, kind)

/** Decodes a fault from HTTP, the command line or a caller. Never throws. */
export const readFault = (value: unknown): ReadFault => {
  const refuse = (message: string): ReadFault => ({ ok: false, message })
  if (!object.fits(value) || Array.isArray(value)) return refuse('a fault must be an object')
  const members: Readonly<Record<string, unknown>> = { ...Object(value) }
  const { kind } = members
  if (!isKind(kind)) return refuse(`kind must be one of ${faultKinds.join(', ')}`)
  const { members: own, required } = effectRules[kind]
  const rules: Rules = { ...own, ...scopeRules }
  for (const [name, member] of Object.entries(members)) {
    const rule = name === 'kind' || member === undefined ? undefined : rules[name]
    if (name === 'kind' || member === undefined) continue
    if (!rule || !Object.hasOwn(rules, name))
      return refuse(`fault ${kind} has no ${name}: it has ${Object.keys(rules).join(', ')}`)
    if (!rule.fits(member)) return refuse(`${name} of fault ${kind} must be ${rule.allowed}`)
  }
  const missing = required.find((name) => members[name] === undefined)
  if (missing) return refuse(`fault ${kind} needs ${missing}: ${rules[missing]?.allowed}`)
  if (kind === 'reset' && members.at === 'request' && members.objectIds !== undefined)
    return refuse('fault reset at request cannot have objectIds: the records have not arrived yet')
  // The loop above checked every member.
  return { ok: true, fault: members as unknown as Fault }
}
