/** The meaning of one of CleverTap's codes for a rejected record, and what an operator can do about it. */
export interface CodeMeaning {
  meaning: string
  remedy: string
}

const malformed: CodeMeaning = {
  meaning: 'CleverTap found the record malformed',
  remedy: 'Correct the record in the system that sent it and send it again; the same record would be rejected again.',
}

const notAccepted = 'Run pushferry check to see which types the account accepts; then try again.'

/**
 * CleverTap's codes for records of a token upload. 0 means an answer without a code.
 *
 * Source: developer.clevertap.com/docs/api-errors for the messages. Seen in practice: 523, 526, 530 and 555 can be
 * temporary, and 534 compares the token type with the platform of the CleverTap ID.
 */
export const codeMeanings: Readonly<Record<string, CodeMeaning>> = {
  0: {
    meaning: 'CleverTap rejected the record without a reason',
    remedy: 'Try again once; if it is rejected again, give CleverTap support the time and the account id.',
  },
  400: {
    meaning: 'CleverTap refused a request with only this record as malformed',
    remedy: 'Look at the record with pushferry rejected export; trying again helps only if CleverTap has changed.',
  },
  413: {
    meaning: 'CleverTap refused a request with only this record as too large',
    remedy: 'Look at the record with pushferry rejected export: its token is probably wrong.',
  },
  523: {
    meaning: 'CleverTap found no profile for the record',
    remedy: 'The profile must be live first: try again when its user has opened the app or site.',
  },
  524: malformed,
  526: {
    meaning: 'CleverTap does not know this CleverTap ID',
    remedy: 'The profile must be live first, in this account and region: try again when it is.',
  },
  530: {
    meaning: 'CleverTap does not know this CleverTap ID',
    remedy: 'The profile must be live first, in this account and region: try again when it is.',
  },
  531: { meaning: 'CleverTap found the token data invalid', remedy: notAccepted },
  532: malformed,
  533: malformed,
  534: {
    meaning: 'The type of the token does not fit the platform of the CleverTap ID',
    remedy:
      'Send the token with a CleverTap ID of its platform: the prefix __ is Android, - is iOS, ~ is Windows; web has none.',
  },
  535: { meaning: 'CleverTap found the token invalid, or does not accept its type', remedy: notAccepted },
  555: {
    meaning: 'CleverTap failed to process this record several times over some days',
    remedy: 'Try again; if it is rejected again, give CleverTap support the time and the account id.',
  },
}

const unknown: CodeMeaning = {
  meaning: 'CleverTap does not document this code for tokens',
  remedy: "Read CleverTap's message for the record; try again when its cause is fixed.",
}

export const meaningOf = (code: number): CodeMeaning =>
  Object.hasOwn(codeMeanings, code) ? (codeMeanings[code] ?? unknown) : unknown
