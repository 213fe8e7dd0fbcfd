/**
 * Spreadsheets run a cell that begins with one of these characters as a formula; an iPhone's CleverTap ID begins with `-`. An
 * apostrophe in front makes the cell a string. A string that already has such an apostrophe gets another one, so that removing
 * one apostrophe always restores the string.
 */
const formula = /^[=+\-@\t\r]/
const guardable = /^'*[=+\-@\t\r]/
const guarded = /^'+[=+\-@\t\r]/

/** A value as a cell that a spreadsheet does not run. `unguard` restores the value. */
export const guard = (value: string): string => (guardable.test(value) ? `'${value}` : value)

/** Guards a cell that was read from a file. `unguard` gives the same for both. */
export const guardCell = (cell: string): string => (formula.test(cell) ? `'${cell}` : cell)

/** Removes the apostrophe that a spreadsheet, or `guard`, put before a value. */
export const unguard = (cell: string): string => (cell.startsWith("'") && guarded.test(cell) ? cell.slice(1) : cell)
