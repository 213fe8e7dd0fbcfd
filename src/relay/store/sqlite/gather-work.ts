/**
 * Reports the new work of one commit once, however many operations brought it: after the code that runs now, and before the
 * promises of that commit resolve.
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
