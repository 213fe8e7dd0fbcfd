import { InvalidArgumentError } from 'commander'

/** Makes a parser of whole numbers within bounds, for an option or argument of a command. */
export const wholeNumberArgument =
  (least: number, most: number) =>
  (input: string): number => {
    const value = /^\d{1,15}$/.test(input) ? Number(input) : Number.NaN
    if (value >= least && value <= most) return value
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`)
  }
