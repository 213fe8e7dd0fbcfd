import { CliError } from './cli-error.ts'

type Known = { id: string }
const names = (accounts: readonly Known[]): string => accounts.map(({ id }) => id).join(', ')

/**
 * The accounts for a command: the requested one, or all.
 *
 * @throws CliError for an account that is not configured; it lists those that are.
 */
export const chooseAccounts = <Account extends Known>(
  { accounts }: { accounts: readonly Account[] },
  wanted: string | undefined,
): readonly Account[] => {
  if (wanted === undefined) return accounts
  const chosen = accounts.filter(({ id }) => id === wanted)
  if (chosen.length > 0) return chosen
  throw new CliError(`--account is not configured; the accounts are ${names(accounts)}`, 2)
}

/**
 * The account for a command that needs exactly one.
 *
 * @throws CliError also when several are configured and none was requested.
 */
export const chooseAccount = <Account extends Known>(
  config: { accounts: readonly Account[] },
  wanted: string | undefined,
): Account => {
  const [account, ...others] = chooseAccounts(config, wanted)
  if (account && others.length === 0) return account
  throw new CliError(`there are several accounts: give one of ${names(config.accounts)} with --account`, 2)
}
