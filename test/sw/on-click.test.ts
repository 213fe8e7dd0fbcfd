import { describe, expect, it, vi } from 'vitest'
import { onClick } from '../../sw/on-click.ts'
import { onPush } from '../../sw/on-push.ts'
import { eventually } from '../support/eventually.ts'
import {
  cleverTapPush,
  clickOn,
  declarativePush,
  fakeTab,
  fakeWorker,
  openRequest,
  pushOf,
  scope,
} from './display-worker.ts'

/** What the notification of this push holds, having gone through the browser's own copy of it. */
const dataOf = async (payload: unknown) => {
  const { worker, showNotification } = fakeWorker()
  await onPush(pushOf(payload), worker)
  return structuredClone(showNotification.mock.calls[0]?.[1].data)
}

describe('a click', () => {
  it('closes the notification, opens its link and sends CleverTap’s clicked request', async () => {
    const { worker, openWindow, fetch } = fakeWorker()
    const { event, close } = clickOn(await dataOf(cleverTapPush))
    await onClick(event, worker)
    expect(close).toHaveBeenCalledOnce()
    expect(openWindow).toHaveBeenCalledExactlyOnceWith('https://shop.example/sale?week=47')
    expect(fetch).toHaveBeenCalledExactlyOnceWith(
      `${cleverTapPush.redirectPath}&r=https%3A%2F%2Fshop.example%2Fsale%3Fweek%3D47&b=button0&s=true`,
      expect.objectContaining({ mode: 'no-cors' }),
    )
  })

  it('on a button opens the button’s link and says which one it was', async () => {
    const { worker, openWindow, fetch } = fakeWorker()
    await onClick(clickOn(await dataOf(cleverTapPush), 'action1').event, worker)
    expect(openWindow).toHaveBeenCalledExactlyOnceWith('https://shop.example/coats')
    expect(fetch.mock.calls[0]?.[0]).toBe(
      `${cleverTapPush.redirectPath}&r=https%3A%2F%2Fshop.example%2Fcoats&b=button1&s=true`,
    )
  })

  it('on a button without a link opens the site and says which one it was', async () => {
    const { worker, openWindow, fetch } = fakeWorker()
    await onClick(clickOn(await dataOf(cleverTapPush), 'action2').event, worker)
    expect(openWindow).toHaveBeenCalledExactlyOnceWith(scope)
    expect(fetch.mock.calls[0]?.[0]).toBe(`${cleverTapPush.redirectPath}&b=button2&s=true`)
  })

  it('on a declarative message goes where it says and asks nobody', async () => {
    const { worker, openWindow, fetch } = fakeWorker()
    const data = await dataOf(declarativePush)
    await onClick(clickOn(data).event, worker)
    await onClick(clickOn(data, 'archive').event, worker)
    expect(openWindow.mock.calls).toEqual([['https://shop.example/inbox/1'], ['https://shop.example/inbox/1/archive']])
    expect(fetch).not.toHaveBeenCalled()
  })

  it.each([undefined, '', 'undefined', 'br?e=1', 7])(
    'reports nothing when redirectPath is %j',
    async (redirectPath) => {
      const { worker, openWindow, fetch } = fakeWorker()
      await onClick(clickOn(await dataOf({ ...cleverTapPush, redirectPath })).event, worker)
      expect(openWindow).toHaveBeenCalledOnce()
      expect(fetch).not.toHaveBeenCalled()
    },
  )

  it('on a push that could not be read opens the site', async () => {
    const { worker, openWindow } = fakeWorker()
    await onClick(clickOn(await dataOf(undefined)).event, worker)
    expect(openWindow).toHaveBeenCalledExactlyOnceWith(scope)
  })

  it('on somebody else’s notification does nothing', async () => {
    const { worker, matchAll } = fakeWorker()
    const { event, close } = clickOn({ FCM_MSG: {} })
    await onClick(event, worker)
    expect(close).not.toHaveBeenCalled()
    expect(matchAll).not.toHaveBeenCalled()
  })
})

describe('the tab', () => {
  it('that shows exactly the URL is focused, and no other is touched', async () => {
    const other = fakeTab('https://shop.example/sale?week=46')
    const tab = fakeTab('https://shop.example/sale?week=47')
    const { worker, openWindow, matchAll } = fakeWorker([other, tab])
    await onClick(clickOn(await dataOf(cleverTapPush)).event, worker)
    expect(tab.focus).toHaveBeenCalledOnce()
    expect(other.focus).not.toHaveBeenCalled()
    expect(other.navigate).not.toHaveBeenCalled()
    expect(openWindow).not.toHaveBeenCalled()
    expect(matchAll).toHaveBeenCalledWith({ type: 'window', includeUncontrolled: true })
  })

  it('that shows something else keeps it: a new one is opened', async () => {
    const tab = fakeTab('https://shop.example/checkout')
    const { worker, openWindow } = fakeWorker([tab])
    await onClick(clickOn(await dataOf(cleverTapPush)).event, worker)
    expect(openWindow).toHaveBeenCalledOnce()
    expect(tab.navigate).not.toHaveBeenCalled()
  })

  it('is navigated and focused where the browser opens no window', async () => {
    const tab = fakeTab('https://shop.example/checkout')
    const { worker, openWindow } = fakeWorker([tab])
    openWindow.mockRejectedValue(new DOMException('Not allowed', 'InvalidAccessError'))
    await onClick(clickOn(await dataOf(cleverTapPush)).event, worker)
    expect(tab.navigate).toHaveBeenCalledExactlyOnceWith('https://shop.example/sale?week=47')
    expect(tab.focus).toHaveBeenCalledOnce()
  })
})

describe('the clicked request', () => {
  it('holds up neither the window nor the event’s end when it fails', async () => {
    const { worker, openWindow, fetch } = fakeWorker()
    fetch.mockRejectedValue(new TypeError('Failed to fetch'))
    await onClick(clickOn(await dataOf(cleverTapPush)).event, worker)
    expect(openWindow).toHaveBeenCalledOnce()
  })

  it('is inside the event, even when the visit fails', async () => {
    const { worker, fetch, matchAll } = fakeWorker()
    const request = openRequest()
    fetch.mockReturnValue(request.promise)
    matchAll.mockRejectedValue(new Error('no clients'))
    const settled = vi.fn()
    const done = onClick(clickOn(await dataOf(cleverTapPush)).event, worker)
    done.then(settled, settled)
    await eventually(() => expect(matchAll.mock.settledResults[0]?.type).toBe('rejected'))
    expect(settled).not.toHaveBeenCalled()
    request.answer()
    await expect(done).rejects.toThrow('no clients')
  })
})
