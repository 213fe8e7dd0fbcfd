import type { Store } from '../store/port.ts'
import type { Clock } from './clock.ts'

/** Wait before the store is asked again when it has no work or no slot for this process, in ms. */
export const pollMs = 500

/** This process's share of an account's slots. Each slot is the right to one request in flight. */
export interface Slots {
  held(): number
  /** Whether other processes have all slots. This process then keeps no rows leased. */
  denied(): boolean
  /** Whether other processes have some slots. This process then leases only as much as its own slots can send. */
  short(): boolean
  /** Earliest time of the next request for more slots, as the clock's `elapsed`. */
  askAt(): number
  /** Asks the store for `want` slots in all, unless it is being asked already. Never rejects. */
  ask(by: string, want: number): void
  /** Drops the slots, because other processes took them over. */
  forget(): void
}

export interface SlotsParts {
  account: string
  /** Number of slots for all processes together. */
  limit: number
  store: Pick<Store, 'takeSlots'>
  clock: Clock
  holder: { id(): string | undefined }
  /** The store granted no slot, because other processes have them all. */
  onDenied: (by: string) => void
  /** The store has answered or failed. The loop checks for work. */
  onAnswer: () => void
  onTrouble: (error: unknown) => void
}

/** Makes the share of one account. It starts with no slot. */
export const createSlots = (parts: SlotsParts): Slots => {
  const { account, limit, store, clock, holder } = parts
  let held = 0
  let denied = false
  let short = false
  let asking = false
  let askAt = 0

  const take = async (by: string, want: number): Promise<void> => {
    asking = true
    // A smaller number applies at once, because the store may give slots to others before it answers.
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
