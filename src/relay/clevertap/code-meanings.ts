/** What a code of CleverTap says about a rejected record, and what an operator can do about it. */
export interface CodeMeaning {
  meaning: string
  remedy: string
}

const malformed: CodeMeaning = {
  meaning: 'CleverTap found the record malformed',
  remedy: 'Correct the record where it comes from and send it again; the same record will be rejected again.',
}

const notAccepted = 'Find out with pushferry check which types the account accepts; then try again.'

/**
 * The codes that an upload of device tokens can be answered with, by code. 0 stands for an answer without one.
 *
 * Source: developer.clevertap.com/docs/api-errors for the texts; that 523, 526, 530 and 555 can pass by themselves, and
 * what 534 compares, was seen in practice.
 */
export const codeMeanings: Readonly<Record<string, CodeMeaning>> = {
  0: {
    meaning: 'CleverTap rejected the record without a reason',
    remedy: 'Try it again once; if it is rejected again, ask CleverTap with the time and the account id.',
  },
  400: {
    meaning: 'A request with this record alone in it was refused as malformed',
    remedy: 'Look at the record with pushferry rejected export; trying again helps only if CleverTap has changed.',
  },
  413: {
    meaning: 'A request with this record alone in it was refused as too large',
    remedy: 'Look at the record with pushferry rejected export: its token is not what it should be.',
  },
  523: {
    meaning: 'CleverTap found no profile that the record belongs to',
    remedy: 'The profile must have been live first: try again when its user has been on the app or site.',
  },
  524: malformed,
  526: {
    meaning: 'CleverTap does not know this CleverTap ID',
    remedy: 'The profile must have been live first, in this account and region: try again when it has been.',
  },
  530: {
    meaning: 'CleverTap does not know this CleverTap ID',
    remedy: 'The profile must have been live first, in this account and region: try again when it has been.',
  },
  531: { meaning: 'CleverTap found the token data not valid', remedy: notAccepted },
  532: malformed,
  533: malformed,
  534: {
    meaning: 'The type of the token does not fit the platform of the CleverTap ID',
    remedy:
      'Send the token with a CleverTap ID of its own platform: __ is Android, - is iOS, ~ is Windows, none is web.',
  },
  535: { meaning: 'CleverTap found the token not valid, or does not accept its type', remedy: notAccepted },
  555: {
    meaning: 'CleverTap failed with this record, several times over some days',
    remedy: 'Try again; if it is rejected again, ask CleverTap with the time and the account id.',
  },
}

const unknown: CodeMeaning = {
  meaning: 'A code that CleverTap does not document for tokens',
  remedy: "Read CleverTap's text beside it; try again once it is understood.",
}

export const meaningOf = (code: number): CodeMeaning =>
  Object.hasOwn(codeMeanings, code) ? (codeMeanings[code] ?? unknown) : unknown
