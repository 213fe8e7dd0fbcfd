/**
 * CleverTap's error text without the record number at its end, which counts within one upload: beside the line of a file it
 * would only mislead.
 */
export const withoutNumber = (message: string): string => message.replace(/[ ,]*record number *: *\d+$/, '')
