import { hiddenStatus, isObject, type Members, readJson } from './answer-body.ts'
import type { Answer } from './exchange.ts'

/** The answer of CleverTap's profile API about the push token of one device. */
export type ProfileFinding =
  /** The profile shows this token for the device. */
  | { kind: 'token'; token: string; platform: string | undefined }
  /** The profile exists and shows no token for the device. */
  | { kind: 'no-token'; platform: string | undefined }
  | { kind: 'no-profile' }
  | { kind: 'unauthorized' }
  | { kind: 'throttled' }
  | { kind: 'unreadable'; reason: string }

const readDevice = (device: Members | undefined): ProfileFinding => {
  // The platform is shown to people, so anything but a word is dropped.
  const platform = /^[A-Za-z ]{1,20}$/.exec(String(device?.platform ?? ''))?.[0]
  const token = device?.push_token
  return typeof token === 'string' && token !== '' ? { kind: 'token', token, platform } : { kind: 'no-token', platform }
}

/**
 * Reads the answer to `GET /1/profile.json?objectId=`. Pure.
 *
 * Documented: `record.platformInfo`, one item per device with `platform`, `objectId` and, where a token is stored,
 * `push_token`. The answer for an unknown profile is not documented; a 404 or an answer without a record counts as `no-profile`.
 */
export const readProfile = (answer: Answer, objectId: string): ProfileFinding => {
  if (answer.kind === 'unanswered') return { kind: 'unreadable', reason: answer.reason }
  const read = readJson(answer.body)
  const status = (answer.status === 200 ? hiddenStatus(read) : undefined) ?? answer.status
  if (status === 401 || status === 403) return { kind: 'unauthorized' }
  if (status === 429) return { kind: 'throttled' }
  if (status === 404) return { kind: 'no-profile' }
  if (status !== 200) return { kind: 'unreadable', reason: `HTTP ${status}` }
  if (!isObject(read)) return { kind: 'unreadable', reason: 'not the documented JSON' }
  if (!isObject(read.record)) return { kind: 'no-profile' }
  const devices = Array.isArray(read.record.platformInfo) ? read.record.platformInfo.filter(isObject) : []
  return readDevice(devices.find((device) => device.objectId === objectId))
}

/** Whether a token is on a profile. `unknown`: CleverTap's answer does not say. */
export type ProfileVerdict = 'confirmed' | 'missing' | 'unknown'

/**
 * Compares the profile with a token that was uploaded. Pure. CleverTap does not document whether profiles show browsers'
 * tokens, so a missing browser token counts as `unknown`.
 *
 * @param token undefined: any token will do.
 */
export const verdictOf = (finding: ProfileFinding, token: string | undefined): ProfileVerdict => {
  switch (finding.kind) {
    case 'token':
      return token === undefined || token === finding.token ? 'confirmed' : 'missing'
    case 'no-token':
      return finding.platform === 'Web' ? 'unknown' : 'missing'
    case 'no-profile':
      return 'missing'
    case 'unauthorized':
    case 'throttled':
    case 'unreadable':
      return 'unknown'
  }
}
