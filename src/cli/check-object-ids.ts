import { decodeRecord } from '../wire/decode.ts'
import { CliError } from './cli-error.ts'

/**
 * Checks arguments that must be CleverTap IDs, before the command acts on any of them. An ID with the carriage return of a
 * Windows file looks like the ID itself on a terminal, and would never be found.
 *
 * @throws CliError (exit code 2) that names the first wrong one.
 */
export const checkObjectIds = (objectIds: readonly string[]): void => {
  for (const objectId of objectIds) {
    const decoded = decodeRecord({ type: 'token', objectId })
    if (!decoded.ok && decoded.problem.code === 530)
      throw new CliError(`${JSON.stringify(objectId)} is not a CleverTap ID: ${decoded.problem.message}`, 2)
  }
}
