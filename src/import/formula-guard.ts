/**
 * Spreadsheets run a cell that begins with one of these characters as a formula; an iPhone's CleverTap ID begins with `-`. An
 * apostrophe in front makes the cell a string. A string that already has such an apostrophe gets another one, so that removing
 * one apostrophe always restores the string.
 */
const formula = /^[=+\-@\t\r]/
/** Exporters also put the apostrophe before IDs that a spreadsheet would take for numbers, and before all CleverTap IDs of a platform. */
const guarded = /^'+[=+\-@\t\r\d_~#]/
/** A formula that is only a string, `="00123"`. Other exporters write it so that a spreadsheet does not change the value. */
const stringFormula = /^="((?:[^"]|"")*)"$/

/** A value as a cell that a spreadsheet does not run. `unguard` restores the value. */
export const guard = (value: string): string => (formula.test(value) || guarded.test(value) ? `'${value}` : value)

/** Whether a cell is a formula that is only a string. */
export const isStringFormula = (cell: string): boolean => stringFormula.test(cell.trim())

/** The value in a cell: removes the apostrophe or string formula with which a spreadsheet, an exporter or `guard` protects it. */
export const unguard = (cell: string): string => {
  if (cell.startsWith("'")) return guarded.test(cell) ? cell.slice(1) : cell
  return cell.startsWith('="') ? (stringFormula.exec(cell)?.[1]?.replaceAll('""', '"') ?? cell) : cell
}

/** Guards a cell that was read from a file, so that reading it again gives the same value. */
export const guardCell = (cell: string): string => {
  if (!isStringFormula(cell)) return guard(unguard(cell))
  // Cells are trimmed when they are read: spaces around the formula do not count, and a value that begins or ends with a space
  // stays in it.
  const value = unguard(cell.trim())
  return guard(value.trim() === value ? value : cell)
}
