import type { RejectedRow, Store } from '../relay/store/port.ts'

/** Reads the rejected rows of an account, or those with one code, page by page, latest first. */
export const rejectedPages = async function* (
  store: Pick<Store, 'rejected'>,
  account: string,
  { code, pageRows = 500 }: { code: number | undefined; pageRows?: number },
): AsyncGenerator<readonly RejectedRow[]> {
  let after: number | undefined
  for (;;) {
    const page = await store.rejected(account, {
      limit: pageRows,
      ...(code === undefined ? {} : { code }),
      ...(after === undefined ? {} : { after }),
    })
    if (page.length > 0) yield page
    if (page.length < pageRows) return
    after = page.at(-1)?.cursor
  }
}
