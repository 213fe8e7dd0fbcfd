/**
 * Removes the record number at the end of CleverTap's error message. It counts within one upload, so it would be
 * confused with the line number of a file.
 */
export const withoutNumber = (message: string): string => message.replace(/[ ,]*record number *: *\d+$/, '')
