import type { BrowserContext, CDPSession } from 'playwright-core'

const withSession = async <R>(context: BrowserContext, work: (session: CDPSession) => Promise<R>): Promise<R> => {
  const page = context.pages()[0]
  if (!page) throw new Error('DevTools needs an open tab')
  const session = await context.newCDPSession(page)
  try {
    return await work(session)
  } finally {
    await session.detach()
  }
}

/** Stops every service worker, as the browser itself does with an idle one. Resolves when none is running. */
export const stopWorkers = (context: BrowserContext): Promise<void> =>
  withSession(context, async (session) => {
    const status = new Map<string, string>()
    let onChange = () => {}
    session.on('ServiceWorker.workerVersionUpdated', ({ versions }) => {
      for (const { versionId, runningStatus } of versions) status.set(versionId, runningStatus)
      onChange()
    })
    await session.send('ServiceWorker.enable')
    await session.send('ServiceWorker.stopAllWorkers')
    await new Promise<void>((resolve) => {
      onChange = () => {
        if ([...status.values()].every((one) => one === 'stopped')) resolve()
      }
      onChange()
    })
  })

/**
 * Fires a Background Sync event; the browser itself would repeat a failed one only minutes later.
 * @param lastChance whether the event says that the browser will not try again.
 */
export const dispatchSync = (context: BrowserContext, origin: string, tag: string, lastChance = false): Promise<void> =>
  withSession(context, async (session) => {
    const registrationId = new Promise<string>((resolve) => {
      session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
        const found = registrations.find(({ scopeURL, isDeleted }) => scopeURL.startsWith(`${origin}/`) && !isDeleted)
        if (found) resolve(found.registrationId)
      })
    })
    await session.send('ServiceWorker.enable')
    await session.send('ServiceWorker.dispatchSyncEvent', {
      origin,
      registrationId: await registrationId,
      tag,
      lastChance,
    })
  })
