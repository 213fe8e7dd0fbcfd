import { describe, expect, it, vi } from 'vitest'
import { readClick } from '../../sw/click-plan.ts'
import { onPush } from '../../sw/on-push.ts'
import { eventually } from '../support/eventually.ts'
import { cleverTapPush, declarativePush, fakeWorker, openRequest, pushOf } from './display-worker.ts'

describe('showing a push', () => {
  it('shows CleverTap’s push and sends its viewed request', async () => {
    const { worker, showNotification, fetch } = fakeWorker()
    await onPush(pushOf(cleverTapPush), worker)
    expect(showNotification).toHaveBeenCalledExactlyOnceWith(
      'Half price until Sunday',
      expect.objectContaining({ body: 'Coats and boots' }),
    )
    expect(fetch).toHaveBeenCalledExactlyOnceWith(
      cleverTapPush.raiseNotificationViewedPath,
      expect.objectContaining({ mode: 'no-cors', signal: expect.any(AbortSignal) }),
    )
  })

  it('asks the browser to show it before anything else, and at once', () => {
    const { worker, showNotification, fetch } = fakeWorker()
    void onPush(pushOf(cleverTapPush), worker)
    expect(showNotification.mock.invocationCallOrder[0]).toBeLessThan(fetch.mock.invocationCallOrder[0] ?? 0)
  })

  it('shows a declarative message, sets the badge and asks nobody', async () => {
    const { worker, showNotification, fetch, setAppBadge } = fakeWorker()
    await onPush(pushOf(declarativePush), worker)
    expect(showNotification).toHaveBeenCalledExactlyOnceWith('New message', expect.objectContaining({ tag: 'inbox' }))
    expect(setAppBadge).toHaveBeenCalledExactlyOnceWith(3)
    expect(fetch).not.toHaveBeenCalled()
  })

  it.each([
    ['without a payload', undefined],
    ['with a broken one', '{"title":'],
    ['of somebody else', { hello: 'world' }],
  ])('shows something for a push %s', async (_what, payload) => {
    const { worker, showNotification } = fakeWorker()
    await onPush(pushOf(payload), worker)
    expect(showNotification).toHaveBeenCalledExactlyOnceWith('shop.example', expect.anything())
  })

  it.each([
    ['https://shop.example/pushferry/', 'https://shop.example/', 'https://shop.example/sale'],
    ['https://shop.example/shop/pushferry/', 'https://shop.example/shop/', 'https://shop.example/shop/sale'],
    ['https://shop.example/app/', 'https://shop.example/app/', 'https://shop.example/app/sale'],
  ])('in the scope %s a click leads into the site: %s', async (registered, home, sale) => {
    const { worker, showNotification } = fakeWorker([], registered)
    await onPush(pushOf('Just a text'), worker)
    await onPush(pushOf({ ...cleverTapPush, deepLink: 'sale' }), worker)
    expect(showNotification.mock.calls.map(([, { data }]) => readClick(data, '')?.url)).toEqual([home, sale])
  })

  it('shows nothing of somebody else when told to', async () => {
    const { worker, showNotification } = fakeWorker()
    await onPush(pushOf({ hello: 'world' }), worker, { foreign: 'ignore' })
    expect(showNotification).not.toHaveBeenCalled()
  })

  it('leaves alone what the browser shows by itself', async () => {
    const { worker, showNotification } = fakeWorker()
    await onPush(pushOf(undefined, { notification: { title: 'New message' } }), worker)
    expect(showNotification).not.toHaveBeenCalled()
  })

  it('shows the plain text, and still knows the click, when the browser refuses an option', async () => {
    const { worker, showNotification } = fakeWorker()
    showNotification.mockRejectedValueOnce(new TypeError('silent and vibrate'))
    await onPush(pushOf(cleverTapPush), worker)
    expect(showNotification).toHaveBeenLastCalledWith('Half price until Sunday', {
      body: 'Coats and boots',
      data: expect.objectContaining({ pushferry: expect.any(Array) }),
    })
  })

  it('says so when the browser refuses even that, after the viewed request is over', async () => {
    const { worker, showNotification, fetch } = fakeWorker()
    const request = openRequest()
    showNotification.mockRejectedValue(new TypeError('No permission'))
    fetch.mockReturnValue(request.promise)
    const done = onPush(pushOf(cleverTapPush), worker)
    const settled = vi.fn()
    done.then(settled, settled)
    await eventually(() => expect(showNotification).toHaveBeenCalledTimes(2))
    expect(settled).not.toHaveBeenCalled()
    request.answer()
    await expect(done).rejects.toThrow('No permission')
  })
})

describe('the viewed request', () => {
  it('is inside the event: the event lasts until it is over', async () => {
    const { worker, showNotification, fetch } = fakeWorker()
    const request = openRequest()
    fetch.mockReturnValue(request.promise)
    const settled = vi.fn()
    const done = onPush(pushOf(cleverTapPush), worker).then(settled)
    await eventually(() => expect(showNotification.mock.settledResults[0]?.type).toBe('fulfilled'))
    expect(settled).not.toHaveBeenCalled()
    request.answer()
    await done
  })

  it('that fails or throws takes nothing with it', async () => {
    const { worker, showNotification, fetch } = fakeWorker()
    fetch.mockRejectedValueOnce(new TypeError('Failed to fetch')).mockImplementationOnce(() => {
      throw new Error('blocked')
    })
    await onPush(pushOf(cleverTapPush), worker)
    await onPush(pushOf(cleverTapPush), worker)
    expect(showNotification).toHaveBeenCalledTimes(2)
  })

  it('that hangs is given up', async () => {
    const { worker, fetch } = fakeWorker()
    const limit = new AbortController()
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(limit.signal)
    try {
      fetch.mockImplementation(
        (_url, init) =>
          new Promise((_resolve, reject) => {
            init?.signal?.addEventListener('abort', () => reject(init.signal?.reason))
          }),
      )
      const done = onPush(pushOf(cleverTapPush), worker)
      limit.abort()
      await done
      expect(timeout).toHaveBeenCalledExactlyOnceWith(10_000)
    } finally {
      timeout.mockRestore()
    }
  })

  it.each([
    undefined,
    '',
    'undefined',
    '/r?e=1',
    '//a.example/r',
    'ftp://a.example/r',
    'https:r',
    'javascript:alert(1)',
    7,
    {},
  ])('is not sent to %j', async (raiseNotificationViewedPath) => {
    const { worker, showNotification, fetch } = fakeWorker()
    await onPush(pushOf({ ...cleverTapPush, raiseNotificationViewedPath }), worker)
    expect(fetch).not.toHaveBeenCalled()
    expect(showNotification).toHaveBeenCalledOnce()
  })
})

describe('the badge', () => {
  it('is not missed where there is none, and a refusal stays silent', async () => {
    const { worker, showNotification } = fakeWorker()
    // No mock: it would handle the rejection itself and hide one that nobody handles, which fails the run.
    const refusing = { setAppBadge: () => Promise.reject(new Error('not installed')) }
    for (const navigator of [refusing, {}])
      await onPush(pushOf(declarativePush), { ...worker, navigator } as ServiceWorkerGlobalScope)
    expect(showNotification).toHaveBeenCalledTimes(2)
  })

  it('is left as it is by a push that names none', async () => {
    const { worker, setAppBadge } = fakeWorker()
    await onPush(pushOf(cleverTapPush), worker)
    expect(setAppBadge).not.toHaveBeenCalled()
  })
})
