import { StoreError } from '../relay/store/errors.ts'
import { checkObjectIds } from './check-object-ids.ts'
import { chooseAccounts } from './choose-accounts.ts'
import type { DefineCommand } from './commands.ts'
import type { ExitCode, Io } from './io.ts'
import { storeConfig } from './store-accounts.ts'
import { withStore } from './with-store.ts'

interface EraseOptions {
  account?: string
  json?: true
}

interface Erasure {
  objectId: string
  account: string
  /** `unknown`: the store had no such row. */
  result: 'erased' | 'unknown' | 'failed'
  reason: string | null
}

const describe = ({ objectId, account, result, reason }: Erasure, many: boolean): string =>
  `${objectId}  ${{ erased: 'erased', unknown: 'not found', failed: 'FAILED' }[result]}${many ? `  account ${account}` : ''}${reason === null ? '' : `  ${reason}`}\n`

/** Erases each objectId from each account. Resolves to 0 when nothing failed, also for unknown objectIds, else 1. */
const erase = async (objectIds: readonly string[], options: EraseOptions, io: Io): Promise<ExitCode> => {
  checkObjectIds(objectIds)
  const config = storeConfig(io, options.account)
  const accounts = chooseAccounts(config, options.account)
  const done = await withStore(config, { mustExist: true }, async (store) => {
    const erasures: Erasure[] = []
    for (const objectId of objectIds)
      for (const { id: account } of accounts) {
        const erased = await store.erase(account, objectId).then(
          (was) => ({ result: was ? ('erased' as const) : ('unknown' as const), reason: null }),
          (error: unknown) => {
            if (error instanceof StoreError) return { result: 'failed' as const, reason: `${error.message}: try again` }
            throw error
          },
        )
        const one = { objectId, account, ...erased }
        erasures.push(one)
        if (!options.json) io.stdout.write(describe(one, accounts.length > 1))
      }
    return erasures
  })
  if (done.some(({ result }) => result === 'unknown'))
    io.stderr.write(
      'pushferry: for those that were not found: IDs are compared exactly, with case and prefix (__, -, ~)\n',
    )
  if (options.json) io.stdout.write(`${JSON.stringify({ erased: done }, undefined, 2)}\n`)
  return done.some(({ result }) => result === 'failed') ? 1 : 0
}

/** `pushferry erase`. */
export const defineErase: DefineCommand = (command, io, exitWith) => {
  command
    .description(
      'Removes the rows of these CleverTap IDs, and every trace of them and of their tokens, from the store. It does not ' +
        'remove anything at CleverTap. Works also while a relay runs. Reads PUSHFERRY_STORE and CLEVERTAP_ACCOUNT_ID.',
    )
    .argument('<objectId...>', 'CleverTap IDs')
    .option('--account <id>', 'only from this account; default: all configured ones')
    .option('--json', 'print the results as JSON')
    .addHelpText(
      'after',
      `
A row that does not exist counts as erased. Exit code 0; 1 when something could not be erased: then try again.

Examples:
  $ pushferry erase __gc4grg4053N1eYkW6OBH71jhFev7b1iP -HwB9gZWb3RcKhXCQ222FhAhkjeYQs0Hj
  $ xargs pushferry erase < ids.txt`,
    )
    .action(async (objectIds: string[], options: EraseOptions) => exitWith(await erase(objectIds, options, io)))
}
