/**
 * Removes the record number at the end of CleverTap's error message. It is a position within one upload, and would be
 * mistaken for the line number of a file.
 */
export const withoutNumber = (message: string): string => message.replace(/[ ,]*record number *: *\d+$/, '')
