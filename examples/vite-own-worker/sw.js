import { attachPushferry } from 'pushferry/sw'

attachPushferry({ foreign: 'ignore' })

// The site's own pushes stay with its own listener; Pushferry shows CleverTap's.
self.addEventListener('push', (event) => {
  const { order } = event.data?.json() ?? {}
  if (order) event.waitUntil(self.registration.showNotification(`Order ${order} is on its way`))
})
