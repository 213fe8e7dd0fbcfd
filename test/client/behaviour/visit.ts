import { createPush, type Options, type Push } from '../../../src/client/index.ts'
import { type BrowserWorld, relayUrl } from '../../fakes/browser-world.ts'

export { createPush }

/** The result of a verb: its status, or its error. */
export interface Outcome {
  readonly state?: string
  readonly reason?: string | undefined
  readonly error?: unknown
}

/** A tab of the site with the page client in it. */
export const visit = (options: Partial<Options> = {}): Push =>
  createPush({ relay: relayUrl, objectId: 'ct-1', ...options })

/** Lets time pass until the verb has settled, either way. */
export const outcomeOf = (world: BrowserWorld, promise: Promise<object>): Promise<Outcome> =>
  world.settled(
    promise.then(
      (status) => ({ ...status }),
      (error: unknown) => ({ error }),
    ),
  )

/** Closes all tabs and visits the site again; runs `sync()`, as the script tag does. */
export const returnTo = async (world: BrowserWorld, options: Partial<Options> = {}): Promise<Push> => {
  world.closeTabs()
  const push = visit(options)
  await outcomeOf(world, push.sync())
  return push
}

/** Makes a visitor who has registered without a failure. */
export const registered = async (world: BrowserWorld, options: Partial<Options> = {}): Promise<Push> => {
  const push = visit(options)
  await world.settled(push.register())
  return push
}

export const stateOf = async (world: BrowserWorld, push: Push): Promise<string> =>
  (await world.settled(push.status())).state
export const reasonOf = async (world: BrowserWorld, push: Push): Promise<string | undefined> =>
  (await world.settled(push.status())).reason

export const tokenIdOf = (endpoint: string | undefined): string | undefined => endpoint?.split('/').pop()
