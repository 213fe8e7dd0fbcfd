import type { Sample } from './exposition.ts'

/*
 * The part of Prometheus' query language that our alert rules and dashboard use, so that tests can check whether a rule fires.
 * Throws for anything else in an expression instead of guessing. `increase` and `rate` do not extrapolate.
 */

type Labels = Readonly<Record<string, string>>
interface Point {
  labels: Labels
  value: number
}
type Value = number | readonly Point[]

/** The samples of one scrape, and its time in seconds. */
export interface Recorded {
  at: number
  samples: readonly Sample[]
}

type Evaluate = (recorded: readonly Recorded[], at: number) => Value

const seconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }
/** For how long a value that is no longer scraped still counts, in seconds. */
const staleness = 300

const tokensOf = (text: string): string[] => {
  const tokens =
    text.match(/\s+|"(?:[^"\\]|\\.)*"|[a-zA-Z_:][\w:]*|\d+(?:\.\d+)?[smhd]?|[=!<>]=|=~|!~|[-+*/(){}[\],=<>]/g) ?? []
  if (tokens.join('') !== text) throw new Error(`cannot be read: ${text}`)
  return tokens.filter((token) => token.trim() !== '')
}

const keyOf = (labels: Labels, names?: readonly string[]): string =>
  JSON.stringify(
    Object.entries(labels)
      .filter(([name]) => names === undefined || names.includes(name))
      .sort(),
  )

const arithmetic: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
}
const comparisons: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '>': (a, b) => a > b,
  '<': (a, b) => a < b,
  '>=': (a, b) => a >= b,
  '<=': (a, b) => a <= b,
}

const points = (value: Value): readonly Point[] => {
  if (typeof value === 'number') throw new Error('a number where series are needed')
  return value
}

const calculate = (sign: string, left: Value, right: Value): Value => {
  const compute = arithmetic[sign]
  const compare = comparisons[sign]
  const one = (a: number, b: number): number | undefined => (compute ? compute(a, b) : compare?.(a, b) ? a : undefined)
  if (typeof left === 'number' && typeof right === 'number') return one(left, right) ?? 0
  const result = (labels: Labels, value: number | undefined): Point[] =>
    value === undefined ? [] : [{ labels, value }]
  if (typeof right === 'number') return points(left).flatMap(({ labels, value }) => result(labels, one(value, right)))
  if (typeof left === 'number') return points(right).flatMap(({ labels, value }) => result(labels, one(left, value)))
  return left.flatMap(({ labels, value }) => {
    const same = right.find((other) => keyOf(other.labels) === keyOf(labels))
    return same ? result(labels, one(value, same.value)) : []
  })
}

/** Compiles an expression. Throws for syntax that is not supported here. */
export const compile = (text: string): Evaluate => {
  const tokens = tokensOf(text)
  const peek = (): string => tokens[0] ?? ''
  const take = (wanted?: string): string => {
    const token = tokens.shift() ?? ''
    if (wanted !== undefined && token !== wanted) throw new Error(`${wanted} is missing before ${token} in ${text}`)
    return token
  }
  const names = (): string[] => {
    const found: string[] = []
    take('(')
    while (peek() !== ')') {
      found.push(take())
      if (peek() === ',') take()
    }
    take(')')
    return found
  }

  const labelsAfter = (word: string): string[] | undefined => {
    if (peek() !== word) return undefined
    take()
    return names()
  }
  const matchers = (): ((labels: Labels) => boolean) => {
    const checks: ((labels: Labels) => boolean)[] = []
    if (peek() !== '{') return () => true
    take('{')
    while (peek() !== '}') {
      const name = take()
      const sign = take()
      const wanted = JSON.parse(take()) as string
      const whole = new RegExp(`^(?:${wanted})$`)
      if (sign === '=') checks.push((labels) => (labels[name] ?? '') === wanted)
      else if (sign === '!=') checks.push((labels) => (labels[name] ?? '') !== wanted)
      else if (sign === '=~') checks.push((labels) => whole.test(labels[name] ?? ''))
      else throw new Error(`${sign} is not known here`)
      if (peek() === ',') take()
    }
    take('}')
    return (labels) => checks.every((check) => check(labels))
  }
  const selector = (name: string): { range: number | undefined; find: (recorded: Recorded) => Sample[] } => {
    const matches = matchers()
    let range: number | undefined
    if (peek() === '[') {
      take('[')
      const [, n, unit = ''] = /^(\d+)([smhd])$/.exec(take()) ?? []
      range = Number(n) * (seconds[unit] ?? Number.NaN)
      take(']')
    }
    return { range, find: ({ samples }) => samples.filter((sample) => sample.name === name && matches(sample.labels)) }
  }
  const change = (perSecond: boolean): Evaluate => {
    take('(')
    const { range, find } = selector(take())
    take(')')
    if (range === undefined) throw new Error(`a range is missing in ${text}`)
    return (recorded, at) => {
      const series = new Map<string, { labels: Labels; values: number[] }>()
      for (const one of recorded.filter((scrape) => scrape.at > at - range && scrape.at <= at)) {
        for (const { labels, value } of find(one)) {
          const known = series.get(keyOf(labels)) ?? { labels, values: [] }
          series.set(keyOf(labels), known)
          known.values.push(value)
        }
      }
      return [...series.values()].flatMap(({ labels, values }) => {
        if (values.length < 2) return []
        const rise = values.reduce((sum, value, index) => {
          const before = values[index - 1]
          return before === undefined ? 0 : sum + (value >= before ? value - before : value)
        }, 0)
        return [{ labels, value: perSecond ? rise / range : rise }]
      })
    }
  }
  const aggregation = (kind: string): Evaluate => {
    const by = labelsAfter('by') ?? []
    take('(')
    const inner = expression()
    take(')')
    return (recorded, at) => {
      const groups = new Map<string, { labels: Labels; values: number[] }>()
      for (const { labels, value } of points(inner(recorded, at))) {
        const kept = Object.fromEntries(
          by.flatMap((name) => (labels[name] === undefined ? [] : [[name, labels[name]]])),
        )
        const group = groups.get(keyOf(kept)) ?? { labels: kept, values: [] }
        groups.set(keyOf(kept), group)
        group.values.push(value)
      }
      const fold = {
        sum: (v: number[]) => v.reduce((a, b) => a + b, 0),
        max: (v: number[]) => Math.max(...v),
        min: (v: number[]) => Math.min(...v),
      }
      const combine = fold[kind as keyof typeof fold] // `kind` is one of these three
      return [...groups.values()].map(({ labels, values }) => ({ labels, value: combine(values) }))
    }
  }
  const wrapped = (use: (value: Value) => Value): Evaluate => {
    take('(')
    const inner = expression()
    take(')')
    return (recorded, at) => use(inner(recorded, at))
  }

  const primary = (): Evaluate => {
    const token = take()
    if (/^\d/.test(token)) return () => Number(token)
    if (token === '(') {
      const inner = expression()
      take(')')
      return inner
    }
    if (token === 'sum' || token === 'max' || token === 'min') return aggregation(token)
    if (token === 'increase' || token === 'rate') return change(token === 'rate')
    if (token === 'absent') return wrapped((value) => (points(value).length === 0 ? [{ labels: {}, value: 1 }] : []))
    if (token === 'scalar')
      return wrapped((value) => (points(value).length === 1 ? (points(value)[0]?.value ?? Number.NaN) : Number.NaN))
    if (!/^[a-z]\w*$/i.test(token) || peek() === '(') throw new Error(`${token} is not known here`)
    const { find } = selector(token)
    return (recorded, at) => {
      const latest = recorded.findLast((scrape) => scrape.at <= at && scrape.at > at - staleness)
      return latest ? find(latest).map(({ labels, value }) => ({ labels, value })) : []
    }
  }
  const leftToRight = (signs: readonly string[], next: () => Evaluate) => (): Evaluate => {
    let left = next()
    while (signs.includes(peek())) {
      const sign = take()
      const before = left
      const right = next()
      left = (recorded, at) => calculate(sign, before(recorded, at), right(recorded, at))
    }
    return left
  }
  const product = leftToRight(['*', '/'], primary)
  const sum = leftToRight(['+', '-'], product)
  const comparison = leftToRight(Object.keys(comparisons), sum)
  const expression = (): Evaluate => {
    let left = comparison()
    while (peek() === 'and') {
      take('and')
      const on = labelsAfter('on')
      const before = left
      const right = comparison()
      left = (recorded, at) => {
        const there = new Set(points(right(recorded, at)).map(({ labels }) => keyOf(labels, on)))
        return points(before(recorded, at)).filter(({ labels }) => there.has(keyOf(labels, on)))
      }
    }
    return left
  }

  const compiled = expression()
  if (tokens.length > 0) throw new Error(`${peek()} is not expected in ${text}`)
  return compiled
}
