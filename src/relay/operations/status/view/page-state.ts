import type { Level, PageState, StatusSnapshot } from './snapshot.ts'

const levels: readonly Level[] = ['empty', 'good', 'busy', 'warning', 'bad']
const worse = (a: Level, b: Level): number => levels.indexOf(b) - levels.indexOf(a)

/**
 * What the page shows of a snapshot: the account that was asked for, else the one that is doing worst, so that whoever
 * opens the page sees the trouble first. Undefined when there is no such account.
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
