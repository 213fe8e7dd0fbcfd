import type { AccountConfig, Config } from '../relay/config/index.ts'
import { CliError } from './cli-error.ts'

/**
 * The accounts that a command is about: the one that was asked for, or all.
 *
 * @throws CliError for one that is not configured, with those that are.
 */
export const chooseAccounts = ({ accounts }: Config, wanted: string | undefined): readonly AccountConfig[] => {
  if (wanted === undefined) return accounts
  const chosen = accounts.filter(({ id }) => id === wanted)
  if (chosen.length > 0) return chosen
  throw new CliError(`--account is none of those configured: ${accounts.map(({ id }) => id).join(', ')}`, 2)
}
