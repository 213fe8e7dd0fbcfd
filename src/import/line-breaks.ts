/** A carriage return that belongs to no `\n`. Python on Windows writes `\r\r\n`. */
const bareReturn = /\r(?!\r?\n)/g

/** Replaces bare carriage returns with `\n`. Old Macs end all lines with them, and some spreadsheets end some lines with them. */
export const unifyLineBreaks = (text: string): string => (text.includes('\r') ? text.replace(bareReturn, '\n') : text)
