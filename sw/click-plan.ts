import { filled, type Members } from '../src/browser/members.ts'

/** The effect of a click on a notification, or on one of its buttons. */
export interface Click {
  /** The button's name; `''` is the notification itself. */
  action: unknown
  /** Where to go: http or https, absolute. */
  url: string
  /** CleverTap's clicked request; no URL when the push was not CleverTap's. */
  report: string
}

/**
 * Plans the effect of every click when a push arrives: first on the notification itself, then on its buttons. The plan is stored in
 * `notification.data.pushferry`, so a click needs neither storage nor the memory of a stopped worker. Later versions of this file
 * must be able to read it.
 *
 * The clicked request is CleverTap's `redirectPath` with the link (only if there is a usable one), the button's number and
 * `s=true`, which marks a silent call, as its own worker builds it (github.com/CleverTap/clevertap-web-sdk, sw_webpush.js).
 *
 * @param redirect CleverTap's `redirectPath`, unchecked: `report` checks whether it is a URL
 * @param site the URL of the site, with a slash at its end: relative links are resolved against it, and a click without an
 *   http or https link opens it
 */
export const planClicks = (
  link: unknown,
  buttons: readonly Members[],
  redirect: unknown,
  site: string,
): readonly Click[] =>
  [{ action: '', deepLink: link }, ...buttons].map(({ action, deepLink, navigate }: Members, number) => {
    const to = filled(deepLink ?? navigate)
    let url = site
    let quoted = ''
    try {
      const { href } = new URL(to ?? '', site)
      if (to && /^https?:/.test(href)) {
        // Throws for a lone surrogate, which makes the link invalid.
        quoted = `&r=${encodeURIComponent(to)}`
        url = href
      }
    } catch {
      // Without a link the click opens the site.
    }
    return { action, url, report: `${redirect}${quoted}&b=button${number}&s=true` }
  })

/**
 * Finds the effect of a click on a notification.
 *
 * @param data the notification's `data`
 * @param action the button's name; `''` for the notification itself
 * @returns `undefined` for a notification that `onPush` has not shown
 */
export const readClick = (data: unknown, action: string): Click | undefined => {
  // The cast: nothing but planClicks writes this member, and all other data has none.
  const plan = (data as { pushferry?: readonly Click[] } | null | undefined)?.pushferry
  return plan?.find((click) => click.action === action) ?? plan?.[0]
}
