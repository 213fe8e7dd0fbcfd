/** How the text of a setting is read. */
export interface Kind<T> {
  /** Follows "must be" in an error and stands in the documentation. */
  readonly allowed: string
  /** `undefined` for a text that is not allowed. Never throws. */
  readonly read: (text: string) => T | undefined
  /** For a text that is not allowed: what is wrong with it and what to do, where that is known. Never holds the text. */
  readonly hint?: (text: string) => string | undefined
}

export const wholeNumber = (min: number, max: number): Kind<number> => ({
  allowed: `a whole number from ${min} to ${max}`,
  read: (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : undefined
    return value !== undefined && value >= min && value <= max ? value : undefined
  },
})

export const share: Kind<number> = {
  allowed: 'a share from 0 to 1, such as 0.05',
  read: (text) => (/^(0|1|0?\.\d+|1\.0+)$/.test(text) ? Number(text) : undefined),
}

/** One of these lower-case words, in any letter case. */
export const oneOf = <const T extends string>(...values: readonly T[]): Kind<T> => ({
  allowed: values.join(' or '),
  read: (text) => values.find((value) => value === text.toLowerCase()),
})

export const matching = (pattern: RegExp, allowed: string, hint?: Kind<string>['hint']): Kind<string> => ({
  allowed,
  read: (text) => (pattern.test(text) ? text : undefined),
  ...(hint ? { hint } : {}),
})

const partsOf = (text: string): readonly string[] => text.split(/[,\n]/).map((part) => part.trim())

/**
 * A comma-separated list, also one entry a line, without empty entries. A hint names a wrong entry by its number, because
 * the entry itself may be a secret.
 */
export const listOf = <T>(entry: Kind<T>): Kind<readonly T[]> => ({
  allowed: `a comma-separated list, each entry ${entry.allowed}`,
  read: (text) => {
    const values: T[] = []
    for (const part of partsOf(text)) {
      const value = entry.read(part)
      if (value === undefined) return undefined
      values.push(value)
    }
    return values
  },
  hint: (text) => {
    const parts = partsOf(text)
    const at = parts.findIndex((part) => entry.read(part) === undefined)
    const wrong = parts[at]
    if (wrong === undefined) return undefined
    const why = wrong === '' ? 'it is empty, take the extra comma out' : entry.hint?.(wrong)
    return `entry ${at + 1} of ${parts.length} is wrong${why === undefined ? '' : `: ${why}`}`
  },
})

const unitsMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

const readDurationMs = (text: string, bareMs: boolean): number | undefined => {
  const [, digits, unit] = /^(\d{1,12})(ms|s|m|h|d)?$/.exec(text) ?? []
  if (digits === undefined || (unit === undefined && !bareMs)) return undefined
  return Number(digits) * unitsMs[(unit ?? 'ms') as keyof typeof unitsMs] // the pattern lets nothing else through
}

/** A time for a name that ends in `_MS`: milliseconds, or a whole number with its unit. */
export const milliseconds = (min: number, max: number): Kind<number> => ({
  allowed: `milliseconds or a whole number with ms, s, m, h or d, from ${min} to ${max} ms`,
  read: (text) => {
    const value = readDurationMs(text, true)
    return value !== undefined && value >= min && value <= max ? value : undefined
  },
})

/** A time for any other name, of at least so many days: the unit must be there. */
export const durationFrom = (minDays: number): Kind<number> => ({
  allowed: `a whole number with ms, s, m, h or d, ${minDays > 0 ? `from ${minDays}d to 365d` : 'at most 365d'}`,
  read: (text) => {
    const value = readDurationMs(text, false)
    return value !== undefined && value >= minDays * unitsMs.d && value <= 365 * unitsMs.d ? value : undefined
  },
  hint: (text) => (/^\d+$/.test(text) ? 'it has no unit, add one (60s, not 60)' : undefined),
})
export const duration = durationFrom(0)
