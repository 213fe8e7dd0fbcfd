const empty: ReadonlySet<string> = new Set(['null', '(null)', 'undefined', 'none', 'nan', '\\n'])
const spreadsheetErrors: ReadonlySet<string> = new Set(['#name?', '#n/a', '#value!', '#ref!'])
const longest = 9

/** Whether a string is a word that exporters or spreadsheets put in place of a value, in any letter case. */
export const isPlaceholder = (text: string): boolean => {
  if (text.length > longest || text === '') return false
  const lower = text.toLowerCase()
  return empty.has(lower) || spreadsheetErrors.has(lower)
}

/**
 * Explains a placeholder that an exporter or a spreadsheet wrote instead of a value, in any letter case, and how to get the
 * value; `undefined` for any other string. The hint never repeats the value.
 */
export const placeholderHint = (text: string): string | undefined => {
  if (isPlaceholder(text))
    return empty.has(text.toLowerCase())
      ? 'is what exporters and programs write for an empty value: leave the record out, or send the value itself'
      : 'is the error of a spreadsheet formula: import that column as text and export it again'
  return /^[+-]?\d+(?:[.,]\d+)?e[+-]\d+$/i.test(text)
    ? 'is a number in scientific notation, as spreadsheets shorten long numbers: format that column as text and export it again'
    : undefined
}
