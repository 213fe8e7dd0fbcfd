import type { ClevertapClient } from '../relay/clevertap/client.ts'
import { askProbes } from './ask-probes.ts'
import type { Probe } from './check-probes.ts'

/** The regions that CleverTap documents, and one that only CleverTap's own tools name. */
const regions = ['eu1', 'in1', 'sg1', 'us1', 'aps3', 'mec1', 'sk1'] as const

/**
 * Tries the same credentials in the other regions, one after the other.
 *
 * @returns the first region that accepts them. A region that does not answer is skipped.
 */
export const findRegion = async (
  refusedUrl: string,
  probe: Probe,
  open: (url: string) => ClevertapClient,
  wait: (ms: number) => Promise<unknown>,
): Promise<string | undefined> => {
  for (const region of regions) {
    const url = `https://${region}.api.clevertap.com`
    if (url === refusedUrl) continue
    const client = open(url)
    try {
      const { credentials } = await askProbes([probe], client, wait)
      if (credentials === 'accepted') return region
    } finally {
      await client.close()
    }
  }
  return undefined
}
