/**
 * Spreadsheets run a cell that begins with one of these characters as a formula; an iPhone's CleverTap ID begins with `-`. An
 * apostrophe before it makes the cell a string. A string that already looks guarded gets another one, so that taking one
 * off always gives the string back.
 */
const formula = /^[=+\-@\t\r]/
const guardable = /^'*[=+\-@\t\r]/
const guarded = /^'+[=+\-@\t\r]/

/** A value as a cell that a spreadsheet does not run. `unguard` gives the value back. */
export const guard = (value: string): string => (guardable.test(value) ? `'${value}` : value)

/** A cell as it was read, so that a spreadsheet does not run it. `unguard` makes the same of it as of the cell. */
export const guardCell = (cell: string): string => (formula.test(cell) ? `'${cell}` : cell)

/** Takes off the apostrophe that a spreadsheet, or `guard`, put before a value. */
export const unguard = (cell: string): string => (cell.startsWith("'") && guarded.test(cell) ? cell.slice(1) : cell)
