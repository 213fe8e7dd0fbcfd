import type { ProbeAnswer, ProbeAnswers, ProbeVerdict } from './ask-probes.ts'
import { describeTrouble } from './network-trouble.ts'

/** The facts that decide the advice, besides the answers. */
export interface AdviceContext {
  padding: 'padded' | 'unpadded'
  /** The profiles from `--object-id`. */
  objectIds: readonly string[]
  /** Whether `--regions` was given. */
  triedRegions: boolean
}

const isProfileCode = (code: number): boolean => [523, 526, 530].includes(code)

const verdictOf = (answers: readonly ProbeAnswer[], name: string): ProbeVerdict['kind'] | undefined =>
  answers.find(({ probe }) => probe.name === name)?.verdict.kind

/** Advice for refused credentials. `triedRegions`: the other regions were asked, and none accepted them. */
export const credentialsAdvice = (
  { credentials, answers }: ProbeAnswers,
  { triedRegions }: Pick<AdviceContext, 'triedRegions'>,
): string | undefined => {
  if (credentials === 'refused')
    return `account, passcode or region is wrong (CleverTap gives the same answer for all three): compare them with the dashboard (Settings > Project; its address contains the region)${triedRegions ? '. No other region accepts them' : ', or use --regions to try the other regions'}`
  const [first] = answers
  return credentials === 'unknown' && first?.verdict.kind === 'unclear'
    ? describeTrouble(first.verdict.reason)
    : undefined
}

const chromeAdvice = (answers: readonly ProbeAnswer[], padding: AdviceContext['padding']): string => {
  const other = padding === 'padded' ? 'unpadded' : 'padded'
  return verdictOf(answers, `chrome, keys ${other}`) === 'accepted'
    ? `the account accepts the keys ${other}: set PUSHFERRY_KEY_PADDING=${other}`
    : "the account does not take browsers' tokens by upload (CleverTap's newer documentation names APNS, FCM and GCM only): ask CleverTap's support to allow type chrome on /1/upload"
}

/** Advice for a refused type; none for an accepted type or a detail. */
export const typeAdvice = (
  { probe, verdict }: ProbeAnswer,
  answers: readonly ProbeAnswer[],
  { padding, objectIds }: AdviceContext,
): string | undefined => {
  if (verdict.kind === 'accepted' || probe.kind === 'detail') return undefined
  if (verdict.kind === 'unclear') return `${describeTrouble(verdict.reason)}; ask again`
  if (isProfileCode(verdict.code)) {
    return objectIds.includes(probe.record.objectId)
      ? 'CleverTap does not know this profile: check that its user was live on the app or site, with this account'
      : 'CleverTap looks up the profile, but the check used a sample: give a live CleverTap ID of that platform with --object-id'
  }
  if (verdict.code === 534)
    return `CleverTap takes ${probe.type} only with another kind of CleverTap ID: give one of that platform with --object-id`
  if (probe.type === 'chrome') return chromeAdvice(answers, padding)
  return `the account does not take ${probe.type}: leave such tokens out, or ask CleverTap's support; --type limits the check to what you send`
}
