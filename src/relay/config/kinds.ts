/** Parser of a setting's value. */
export interface Kind<T> {
  /** Describes the allowed values; follows "must be" in an error, and is shown in the documentation. */
  readonly allowed: string
  /** Returns `undefined` for a string that is not allowed. Never throws. */
  readonly read: (input: string) => T | undefined
  /** Explains a string that is not allowed and says what to do, where that is known. Never contains the string. */
  readonly hint?: (input: string) => string | undefined
}

/** Quotes that `docker --env-file`, Kubernetes manifests and word processors leave in a value. */
export const isQuoted = (input: string): boolean => /^(\\?".*"|\\?'.*'|`.*`|“.*”|‘.*’)$/s.test(input)

export const wholeNumber = (min: number, max: number): Kind<number> => ({
  allowed: `a whole number from ${min} to ${max}`,
  read: (input) => {
    const value = /^\d{1,15}$/.test(input) ? Number(input) : undefined
    return value !== undefined && value >= min && value <= max ? value : undefined
  },
})

export const share: Kind<number> = {
  allowed: 'a share from 0 to 1, such as 0.05',
  read: (input) => (/^(0|1|0?\.\d+|1\.0+)$/.test(input) ? Number(input) : undefined),
}

/** One of these words, in any letter case. */
export const oneOf = <const T extends string>(...values: readonly T[]): Kind<T> => ({
  allowed: values.join(' or '),
  read: (input) => values.find((value) => value === input.toLowerCase()),
})

export const matching = (pattern: RegExp, allowed: string, hint?: Kind<string>['hint']): Kind<string> => ({
  allowed,
  read: (input) => (pattern.test(input) ? input : undefined),
  ...(hint ? { hint } : {}),
})

/** The entries of a list. A comma with the line break after it, and several line breaks, count as one separator. */
const partsOf = (input: string): readonly string[] => input.split(/,?\s*\n\s*|,/).map((part) => part.trim())

/**
 * A list without empty entries, separated by commas or line breaks. A hint names a wrong entry by its number, because the
 * entry may be a secret.
 */
export const listOf = <T>(entry: Kind<T>): Kind<readonly T[]> => ({
  allowed: `a comma-separated list, each entry ${entry.allowed}`,
  read: (input) => {
    const values: T[] = []
    for (const part of partsOf(input)) {
      const value = entry.read(part)
      if (value === undefined) return undefined
      values.push(value)
    }
    return values
  },
  hint: (input) => {
    const parts = partsOf(input)
    const at = parts.findIndex((part) => entry.read(part) === undefined)
    const wrong = parts[at]
    if (wrong === undefined) return undefined
    const why = wrong === '' ? 'it is empty, remove the extra comma' : entry.hint?.(wrong)
    return `entry ${at + 1} of ${parts.length} is wrong${why === undefined ? '' : `: ${why}`}`
  },
})

const unitsMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

const readDurationMs = (input: string, bareMs: boolean): number | undefined => {
  const [, digits, unit] = /^(\d{1,12})(ms|s|m|h|d)?$/.exec(input) ?? []
  if (digits === undefined || (unit === undefined && !bareMs)) return undefined
  return Number(digits) * unitsMs[(unit ?? 'ms') as keyof typeof unitsMs] // the pattern lets nothing else through
}

/** A duration for a setting whose name ends in `_MS`: milliseconds, or a whole number with a unit. */
export const milliseconds = (min: number, max: number): Kind<number> => ({
  allowed: `milliseconds or a whole number with ms, s, m, h or d, from ${min} to ${max} ms`,
  read: (input) => {
    const value = readDurationMs(input, true)
    return value !== undefined && value >= min && value <= max ? value : undefined
  },
})

/** A duration of at least `minDays` for any other setting: the unit is required. */
export const durationFrom = (minDays: number): Kind<number> => ({
  allowed: `a whole number with ms, s, m, h or d, ${minDays > 0 ? `from ${minDays}d to 365d` : 'at most 365d'}`,
  read: (input) => {
    const value = readDurationMs(input, false)
    return value !== undefined && value >= minDays * unitsMs.d && value <= 365 * unitsMs.d ? value : undefined
  },
  hint: (input) => (/^\d+$/.test(input) ? 'it has no unit, add one (60s, not 60)' : undefined),
})
export const duration = durationFrom(0)
