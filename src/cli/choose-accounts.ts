import { CliError } from './cli-error.ts'

type Known = { id: string }
const names = (accounts: readonly Known[]): string => accounts.map(({ id }) => id).join(', ')

/**
 * The accounts that a command is about: the one that was asked for, or all.
 *
 * @throws CliError for one that is not configured, with those that are.
 */
export const chooseAccounts = <Account extends Known>(
  { accounts }: { accounts: readonly Account[] },
  wanted: string | undefined,
): readonly Account[] => {
  if (wanted === undefined) return accounts
  const chosen = accounts.filter(({ id }) => id === wanted)
  if (chosen.length > 0) return chosen
  throw new CliError(`--account is none of those configured: ${names(accounts)}`, 2)
}

/**
 * The one account that a command is about.
 *
 * @throws CliError also when there are several and none was asked for.
 */
export const chooseAccount = <Account extends Known>(
  config: { accounts: readonly Account[] },
  wanted: string | undefined,
): Account => {
  const [account, ...others] = chooseAccounts(config, wanted)
  if (account && others.length === 0) return account
  throw new CliError(`there are several accounts: give one of ${names(config.accounts)} with --account`, 2)
}
