const empty: ReadonlySet<string> = new Set([
  'null',
  '(null)',
  '<null>',
  '[null]',
  'undefined',
  '(undefined)',
  '<undefined>',
  'undef',
  'none',
  '(none)',
  '<none>',
  'nil',
  '(nil)',
  '<nil>',
  'nan',
  'n/a',
  '<na>',
  '(blank)',
  // Snowflake doubles the backslash of \N.
  '\\n',
  '\\\\n',
])
/** Spreadsheet errors in any language: `#NOM?` in French, `#NV` in German, `#N/D` in Portuguese. No CleverTap ID has a `#`. */
const spreadsheetError = /^#(?:[\p{L}¡¿/]{3,}0?[?!]|N\/[AD]|NV|GETTING_DATA|#{4,})$/iu
const longest = 14

const isSpreadsheetError = (value: string): boolean => value.startsWith('#') && spreadsheetError.test(value)

/** Whether a string is a word that exporters or spreadsheets put in place of a value, in any letter case. */
export const isPlaceholder = (value: string): boolean =>
  value.length <= longest && value !== '' && (empty.has(value.toLowerCase()) || isSpreadsheetError(value))

/**
 * Explains a placeholder that an exporter or a spreadsheet wrote instead of a value, in any letter case, and how to get the
 * value; `undefined` for any other string. The hint never repeats the value.
 */
export const placeholderHint = (value: string): string | undefined => {
  if (isPlaceholder(value))
    return empty.has(value.toLowerCase())
      ? 'is a placeholder for an empty value, as exporters and programs write it: leave the record out, or send the value itself'
      : 'is the error of a spreadsheet formula: import that column as text and export it again'
  return /^[+-]?(?:\d+[.,]?\d*|[.,]\d+)e[+-]\d+$/i.test(value)
    ? 'is a number in scientific notation, as spreadsheets shorten long numbers: format that column as text and export it again'
    : undefined
}
