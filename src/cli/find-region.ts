import type { ClevertapClient } from '../relay/clevertap/client.ts'
import { isClevertapOrigin, regionOrigin, regions } from '../relay/config/index.ts'
import { askProbes } from './ask-probes.ts'
import type { Probe } from './check-probes.ts'
import { describeTrouble } from './network-trouble.ts'

/** The other regions' answers to refused credentials. Regions after the one that accepts them are not asked. */
export interface RegionAnswers {
  accepted: string | null
  refused: readonly string[]
  /** Regions that were not asked or gave no usable answer. */
  unknown: readonly { region: string; reason: string }[]
}

const elsewhere =
  "CLEVERTAP_URL is not an address of CleverTap's API, so its account and passcode are not sent to another host"

/**
 * Tries the same credentials in the other regions, one after the other, up to the first that accepts them. Asks none if the
 * refused address is not CleverTap's own, such as a simulator's.
 */
export const findRegion = async (
  refusedUrl: string,
  probe: Probe,
  open: (url: string) => ClevertapClient,
  wait: (ms: number) => Promise<unknown>,
): Promise<RegionAnswers> => {
  const others = regions.filter((region) => regionOrigin(region) !== refusedUrl)
  if (!isClevertapOrigin(refusedUrl))
    return { accepted: null, refused: [], unknown: others.map((region) => ({ region, reason: elsewhere })) }
  const refused: string[] = []
  const unknown: { region: string; reason: string }[] = []
  for (const region of others) {
    const client = open(regionOrigin(region))
    try {
      const { credentials, answers } = await askProbes([probe], client, wait)
      if (credentials === 'accepted') return { accepted: region, refused, unknown }
      const [first] = answers
      if (first?.verdict.kind === 'unclear') unknown.push({ region, reason: describeTrouble(first.verdict.reason) })
      else refused.push(region)
    } finally {
      await client.close()
    }
  }
  return { accepted: null, refused, unknown }
}

/** Which of the other regions refused the credentials, and which could not be asked and why. */
export const describeRegions = ({ refused, unknown }: RegionAnswers): string => {
  if (unknown.length === 0) return 'No other region accepts them'
  const reasons = [...new Set(unknown.map(({ reason }) => reason))]
  return [
    ...(refused.length > 0 ? [`Not accepted in ${refused.join(', ')} either`] : []),
    ...reasons.map((reason) => {
      const names = unknown.filter((one) => one.reason === reason).map(({ region }) => region)
      return `${reason === elsewhere ? 'Did not ask' : 'Could not ask'} ${names.join(', ')}: ${reason}`
    }),
  ].join('. ')
}
