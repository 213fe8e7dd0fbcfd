import type { ClevertapClient } from '../relay/clevertap/client.ts'
import { askProbes } from './ask-probes.ts'
import type { Probe } from './check-probes.ts'

/** The regions that CleverTap documents, and one that only its own tools name. */
const regions = ['eu1', 'in1', 'sg1', 'us1', 'aps3', 'mec1', 'sk1'] as const

/**
 * Asks the other regions with the same credentials, one after the other.
 *
 * @returns the first in which they are accepted. A region that does not answer is passed over.
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
