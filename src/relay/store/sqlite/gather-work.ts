/**
 * Gathers what is said of work that has come, so that many operations of one commit are told of once: after the code that
 * is running now, and before anybody hears of the commit.
 *
 * @param tell is given the rows of each account.
 */
export const gatherWork = (
  tell: (come: ReadonlyMap<string, number>) => void,
): ((accounts: Iterable<string>, rows: number) => void) => {
  let come = new Map<string, number>()
  const tellAll = (): void => {
    const told = come
    come = new Map()
    tell(told)
  }
  return (accounts, rows) => {
    for (const account of new Set(accounts)) {
      if (come.size === 0) queueMicrotask(tellAll)
      come.set(account, (come.get(account) ?? 0) + rows)
    }
  }
}
