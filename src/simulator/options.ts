import type { Call, SimulatorOptions } from './simulator.ts'

/** All options, with their defaults. */
export interface ResolvedOptions {
  port: number
  host: string
  accountId: string
  passcode: string
  limit: number
  latencyMs: number
  rotation: 'keep' | 'replace'
  keyPadding: 'padded' | 'any'
  /** `undefined`: every profile exists. */
  knownObjectIds: readonly string[] | undefined
  keepRecords: boolean
  onCall: (call: Call) => void
  now: () => number
}

type Rule = { allowed: string; fits: (value: unknown) => boolean }

const wholeNumber = (least: number, most: number): Rule => ({
  allowed: `a whole number from ${least} to ${most}`,
  fits: (value) => Number.isInteger(value) && Number(value) >= least && Number(value) <= most,
})
const oneOf = (...words: readonly string[]): Rule => ({
  allowed: words.join(' or '),
  fits: (value) => words.some((word) => word === value),
})
const headerValue: Rule = {
  allowed: 'a non-empty string without white space',
  fits: (value) => typeof value === 'string' && /^[!-~]+$/.test(value),
}
const aFunction: Rule = { allowed: 'a function', fits: (value) => typeof value === 'function' }

/** The allowed values of each option. */
const rules: Readonly<Record<keyof SimulatorOptions, Rule>> = {
  port: wholeNumber(0, 65_535),
  host: headerValue,
  accountId: headerValue,
  passcode: headerValue,
  limit: wholeNumber(1, 1_000_000),
  latencyMs: wholeNumber(0, 600_000),
  rotation: oneOf('keep', 'replace'),
  keyPadding: oneOf('padded', 'any'),
  knownObjectIds: {
    allowed: 'an array of strings',
    fits: (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
  },
  keepRecords: { allowed: 'true or false', fits: (value) => typeof value === 'boolean' },
  onCall: aFunction,
  now: aFunction,
}

const isKnown = (name: string): name is keyof SimulatorOptions => Object.hasOwn(rules, name)

/**
 * Fills in the defaults.
 *
 * @throws TypeError for an unknown name, with the known ones listed, and for a value that is not allowed. The message does
 *   not contain the value, because it may be a passcode.
 */
export const resolveOptions = (options: SimulatorOptions): ResolvedOptions => {
  for (const [name, value] of Object.entries(options)) {
    if (!isKnown(name))
      throw new TypeError(`unknown option ${name}: the options are ${Object.keys(rules).sort().join(', ')}`)
    if (value !== undefined && !rules[name].fits(value))
      throw new TypeError(`option ${name} must be ${rules[name].allowed}`)
  }
  return {
    port: options.port ?? 0,
    host: options.host ?? '127.0.0.1',
    accountId: options.accountId ?? 'SIM-000-0000',
    passcode: options.passcode ?? 'sim-passcode',
    limit: options.limit ?? 3,
    latencyMs: options.latencyMs ?? 0,
    rotation: options.rotation ?? 'keep',
    keyPadding: options.keyPadding ?? 'padded',
    knownObjectIds: options.knownObjectIds,
    keepRecords: options.keepRecords ?? true,
    onCall: options.onCall ?? (() => {}),
    now: options.now ?? Date.now,
  }
}
