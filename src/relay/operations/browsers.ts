import { dayOf } from '../store/rules/decide.ts'

/** Number of registered browsers by their last confirmation; pages confirm once a week. */
export interface Browsers {
  /** Confirmed in the last 30 days. */
  heard: number
  /** Not confirmed for `PUSHFERRY_KEY_IDLE`, so that another browser may claim the objectId. */
  idle: number
}

const heardDays = 30
const dayMs = 86_400_000

/** Counts rows by the day of their browser's last confirmation, as `Counts.confirmedOn` has them. Pure. */
export const browsersOf = (
  confirmedOn: Readonly<Record<string, number>>,
  { now, keyIdleMs }: { now: number; keyIdleMs: number },
): Browsers => {
  const today = dayOf(now)
  const idleDays = Math.ceil(keyIdleMs / dayMs)
  const sum = (isCounted: (age: number) => boolean): number =>
    Object.entries(confirmedOn).reduce((all, [day, rows]) => all + (isCounted(today - Number(day)) ? rows : 0), 0)
  return { heard: sum((age) => age < heardDays), idle: sum((age) => age > idleDays) }
}
