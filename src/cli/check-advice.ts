import type { ProbeAnswer, ProbeAnswers, ProbeVerdict } from './ask-probes.ts'
import { describeRegions, type RegionAnswers } from './find-region.ts'
import { describeTrouble } from './network-trouble.ts'

/** The facts that decide the advice, besides the answers. */
export interface AdviceContext {
  padding: 'padded' | 'unpadded'
  /** The profiles from `--object-id`. */
  objectIds: readonly string[]
  /** The answers of the other regions; undefined when they were not needed, or without `--regions`. */
  regions: RegionAnswers | undefined
}

const isProfileCode = (code: number): boolean => [523, 526, 530].includes(code)

const verdictOf = (answers: readonly ProbeAnswer[], name: string): ProbeVerdict['kind'] | undefined =>
  answers.find(({ probe }) => probe.name === name)?.verdict.kind

/** Advice for credentials that were refused, or of which nothing is known. */
export const credentialsAdvice = (
  { credentials, answers }: ProbeAnswers,
  { regions }: Pick<AdviceContext, 'regions'>,
): string | undefined => {
  if (regions?.accepted) return `the credentials are good in another region: set CLEVERTAP_REGION=${regions.accepted}`
  if (credentials === 'refused')
    return `account, passcode or region is wrong (CleverTap gives the same answer for all three): compare them with the dashboard (Settings > Project; its address contains the region)${regions ? `. ${describeRegions(regions)}` : ', or use --regions to try the other regions'}`
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
