import type { Snapshot } from '../../demo/contract.ts'

/**
 * Listens to the demo as its page does. Resolves to the first snapshot for which `isWanted` is true.
 *
 * @throws Error when there is none in two minutes, with the last one in the message
 */
export const snapshotWith = async (
  site: string,
  objectId: string,
  isWanted: (snapshot: Snapshot) => boolean,
): Promise<Snapshot> => {
  const signal = AbortSignal.timeout(120_000)
  let last = 'none'
  try {
    const { body } = await fetch(`${site}/demo/events?objectId=${objectId}`, { signal })
    let text = ''
    for await (const piece of body ?? []) {
      text += Buffer.from(piece).toString()
      const lines = text.split('\n')
      text = lines.pop() ?? ''
      for (const line of lines) {
        if (!line.startsWith('data: ')) continue
        last = line.slice(6)
        const snapshot: Snapshot = JSON.parse(last)
        if (isWanted(snapshot)) return snapshot
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
  throw new Error(`no snapshot was as wanted; the last one: ${last}`)
}
