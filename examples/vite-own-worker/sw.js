import { attachPushferry } from 'pushferry/sw'

attachPushferry({ foreign: 'ignore' })

// The site's own pushes go on beside it; CleverTap's are Pushferry's to show.
self.addEventListener('push', (event) => {
  const { order } = event.data?.json() ?? {}
  if (order) event.waitUntil(self.registration.showNotification(`Order ${order} is on its way`))
})
