import type { Range } from './view/snapshot.ts'

/** Equal periods up to now; the last one is still running. */
export interface Steps {
  startsAt: number
  stepMs: number
  count: number
}

const shapes: Readonly<Record<Range, Pick<Steps, 'stepMs' | 'count'>>> = {
  live: { stepMs: 5_000, count: 60 },
  hour: { stepMs: 60_000, count: 60 },
  day: { stepMs: 600_000, count: 144 },
}
export const dayMs = 24 * 60 * 60 * 1000

/** The start of the step that contains a time. Steps begin at whole multiples of their length, so that they do not shift. */
export const stepOf = (at: number, stepMs: number): number => at - (at % stepMs)

export const stepsOf = (range: Range, now: number): Steps => {
  const { stepMs, count } = shapes[range]
  return { stepMs, count, startsAt: stepOf(now, stepMs) - (count - 1) * stepMs }
}

/** One value for each step, by the time at which it starts. */
export const eachStep = <T>({ startsAt, stepMs, count }: Steps, value: (at: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => value(startsAt + index * stepMs))
