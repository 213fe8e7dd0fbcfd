import type { RejectedRow, Store } from '../relay/store/port.ts'

/** Every refused row of an account, or those of one code, page by page, the latest refusal first. */
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
