import type { Level, PageState, StatusSnapshot } from './snapshot.ts'

const levels: readonly Level[] = ['empty', 'good', 'busy', 'warning', 'bad']
const worse = (a: Level, b: Level): number => levels.indexOf(b) - levels.indexOf(a)

/**
 * The part of a snapshot that the page shows: the requested account, else the one in the worst state, so that problems are
 * visible first. Undefined when the requested account does not exist.
 */
export const pageStateOf = (snapshot: StatusSnapshot, asked: string | undefined): PageState | undefined => {
  const { accounts, ...rest } = snapshot
  const account =
    asked === undefined
      ? [...accounts].sort((a, b) => worse(a.verdict.level, b.verdict.level))[0]
      : accounts.find((one) => one.account === asked)
  return (
    account && {
      ...rest,
      account,
      accounts: accounts.map((one) => ({ account: one.account, level: one.verdict.level })),
    }
  )
}
