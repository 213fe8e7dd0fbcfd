import type { Store } from '../store/port.ts'
import type { Clock } from './clock.ts'

/** How long the store is left alone when it has no work or no slot for this process, in ms: others may add some. */
export const pollMs = 500

/** How many of an account's slots this process has: each lets it have one request in flight. */
export interface Slots {
  held(): number
  /** Others have all of them: nothing is leased that this process could send. */
  denied(): boolean
  /** Others have some of them: no more is leased than the own ones can send. */
  short(): boolean
  /** Not before this time is the store asked for more, in ms of the clock's `elapsed`. */
  askAt(): number
  /** Asks the store to have so many from now on, unless it is being asked. Never rejects. */
  ask(by: string, want: number): void
  /** What was held is others'. */
  forget(): void
}

export interface SlotsParts {
  account: string
  /** How many there are for all processes together. */
  limit: number
  store: Pick<Store, 'takeSlots'>
  clock: Clock
  holder: { id(): string | undefined }
  /** The store has given none, for others have them. */
  onDenied: (by: string) => void
  /** The store has answered or failed: there may be something to do. */
  onAnswer: () => void
  onTrouble: (error: unknown) => void
}

/** Begins with none. */
export const createSlots = (parts: SlotsParts): Slots => {
  const { account, limit, store, clock, holder } = parts
  let held = 0
  let denied = false
  let short = false
  let asking = false
  let askAt = 0

  const take = async (by: string, want: number): Promise<void> => {
    asking = true
    // Fewer count from now on: the store may give them to others before it answers.
    held = Math.min(held, want)
    try {
      const granted = await store.takeSlots({ account, holder: by, want, limit })
      if (granted < want) askAt = clock.elapsed() + pollMs
      if (holder.id() === by) {
        held = granted
        denied = granted === 0 && want > 0
        short = granted < want
        if (denied) parts.onDenied(by)
      }
    } catch (error) {
      parts.onTrouble(error)
      askAt = clock.elapsed() + pollMs
    }
    asking = false
    parts.onAnswer()
  }

  return {
    held: () => held,
    denied: () => denied,
    short: () => short,
    askAt: () => askAt,
    ask: (by, want) => {
      if (!asking) void take(by, want)
    },
    forget: () => {
      held = 0
      denied = false
    },
  }
}
