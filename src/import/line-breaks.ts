/** A carriage return that belongs to no `\n`. Python on Windows writes `\r\r\n`. */
const bareReturn = /\r(?!\r?\n)/g

/** Makes `\n` of bare carriage returns, with which old Macs end all lines and some spreadsheets a part of them. */
export const unifyLineBreaks = (text: string): string => (text.includes('\r') ? text.replace(bareReturn, '\n') : text)
