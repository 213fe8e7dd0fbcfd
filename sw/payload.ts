import { filled, type Members, members } from '../src/browser/members.ts'
import { planClicks } from './click-plan.ts'
import type { DisplaySettings } from './display-settings.ts'

/**
 * The contents of a push. A tuple, because the names of an object's members are not shortened in the built file.
 *
 * - `options.data.pushferry` holds what a click will need (`readClick`).
 * - `viewed` is CleverTap's viewed request, unchecked: `report` checks whether it is a URL.
 * - `badge` is the number for the app's badge; 0 removes the badge, NaN does not change it.
 */
export type Display = readonly [title: string, options: NotificationOptions, viewed: string | undefined, badge: number]
/**
 * Reads the payload of a push into the notification to show for it.
 *
 * Understands CleverTap's payload (github.com/CleverTap/clevertap-web-sdk, sw_webpush.js) and Declarative Web Push
 * (w3c.github.io/push-api, `web_push: 8030`), and reads the usual members of any other payload. Passes the notification's members on
 * unchanged, except for links, so that new options of browsers work. If the browser refuses one, the caller must show less.
 *
 * @param text the payload; empty for a push without one
 * @param site the URL of the site, with a slash at its end: relative links are resolved against it
 * @param now milliseconds since 1970
 * @returns `undefined` when the push belongs to another listener (`settings.foreign`). Never throws.
 */
export const readPush = (text: string, site: string, settings: DisplaySettings, now: number): Display | undefined => {
  let payload: Members
  try {
    payload = members(JSON.parse(text)) ?? {}
  } catch {
    // No other listener can read it, so we show it. Plain text is shown, as DevTools' test push sends it; broken JSON is not.
    payload = { web_push: 8030, body: /^\s*[[{]/.test(text) ? '' : text }
  }
  const { raiseNotificationViewedPath, redirectPath } = payload
  const cleverTap = members(payload.notificationOptions)
  const fields = cleverTap ?? members(payload.notification) ?? payload
  const data = members(fields.data) ?? { data: fields.data }
  // CleverTap documents no schema. Its own worker and samples have these names in addition to the options.
  const marked = cleverTap && /"(redirectPath|raiseNot|wzrk_|ct":\s*"pn")/.test(text)
  if (settings.foreign === 'ignore' && payload.web_push !== 8030 && !marked) return undefined

  const buttons = [fields.actions]
    .flat()
    .map(members)
    .filter((one) => !!one)
  const options: Members = {
    ...fields,
    body: filled(fields.body) ?? '',
    // A browser that knows `navigate` would go there without telling the worker: no report, no focus of an open tab.
    navigate: undefined,
    actions: buttons.map((button) => ({ ...button, navigate: undefined })),
    data: {
      ...data,
      // As CleverTap's worker does, so that one campaign shown twice counts as two notifications.
      wzrk_id: filled(data.wzrk_id) && `${data.wzrk_id}_${now}`,
      pushferry: planClicks(payload.deepLink ?? fields.navigate, buttons, cleverTap && filled(redirectPath), site),
    },
  }
  return [
    filled(payload.title ?? fields.title) ?? new URL(site).hostname,
    options,
    cleverTap && filled(raiseNotificationViewedPath),
    Number(payload.app_badge ?? fields.app_badge),
  ]
}
