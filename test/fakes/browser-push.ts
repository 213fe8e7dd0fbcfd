import { createECDH } from 'node:crypto'

/** A VAPID public key that browsers accept. */
export const createVapidPublicKey = (): string => {
  const pair = createECDH('prime256v1')
  pair.generateKeys()
  return pair.getPublicKey('base64url')
}

/** The result of the next `subscribe()` instead of a subscription. */
export type SubscribeFault = 'null' | 'never' | Error

/** One registration's `PushManager`, with the subscription that the browser holds for it. */
export interface FakePushManager {
  /** The subscription that the browser holds. */
  live: PushSubscription | undefined
  /** Faults of the next calls, once each. */
  readonly faults: SubscribeFault[]
  /** The fault of every call. */
  fault: SubscribeFault | undefined
  /** Calls of `subscribe`. */
  subscribes: number
  /** Endpoints that `unsubscribe` has removed. */
  readonly unsubscribed: string[]
  /** Makes the browser hold a subscription that other code made before us. */
  hold(vapidPublicKey: string, host?: string): PushSubscription
  subscribe(options: PushSubscriptionOptionsInit): Promise<PushSubscription | null>
  getSubscription(): Promise<PushSubscription | null>
  permissionState(): Promise<PermissionState>
}

/** Facts of the world that a `PushManager` asks for. */
export interface PushSurroundings {
  permission(): NotificationPermission
  hasWorker(): boolean
  /** Host of the push service. */
  host(): string
}

let made = 0

export const createFakePushManager = (surroundings: PushSurroundings): FakePushManager => {
  const keyOf = (given: BufferSource | string | null | undefined): string => {
    if (given === null || given === undefined) throw new DOMException('No key', 'NotSupportedError')
    if (typeof given === 'string' && !/^[\w-]+$/.test(given))
      throw new DOMException('No base64url', 'InvalidCharacterError')
    const bytes =
      typeof given === 'string'
        ? Buffer.from(given, 'base64url')
        : Buffer.from(
            ArrayBuffer.isView(given)
              ? new Uint8Array(given.buffer, given.byteOffset, given.byteLength)
              : new Uint8Array(given),
          )
    if (bytes.length !== 65 || bytes[0] !== 4) throw new DOMException('No P-256 key', 'InvalidAccessError')
    return bytes.toString('base64url')
  }
  const make = (vapidPublicKey: string, host: string): PushSubscription => {
    const endpoint = `https://${host}/fcm/send/t${++made}:APA91b${'x'.repeat(20)}_-${made}`
    const keys = { p256dh: createVapidPublicKey(), auth: Buffer.alloc(16, made).toString('base64url') }
    const subscription = {
      endpoint,
      expirationTime: null,
      options: {
        userVisibleOnly: true,
        applicationServerKey: new Uint8Array(Buffer.from(vapidPublicKey, 'base64url')).buffer,
      },
      getKey: (name: PushEncryptionKeyName) => new Uint8Array(Buffer.from(keys[name], 'base64url')).buffer,
      toJSON: () => ({ endpoint, expirationTime: null, keys: { ...keys } }),
      unsubscribe: async () => {
        manager.unsubscribed.push(endpoint)
        const held = manager.live === subscription
        if (held) manager.live = undefined
        return held
      },
    }
    return subscription
  }

  const manager: FakePushManager = {
    live: undefined,
    faults: [],
    fault: undefined,
    subscribes: 0,
    unsubscribed: [],
    hold: (vapidPublicKey, host = surroundings.host()) => {
      manager.live = make(vapidPublicKey, host)
      return manager.live
    },
    subscribe: async ({ applicationServerKey, userVisibleOnly }) => {
      manager.subscribes++
      const fault = manager.faults.shift() ?? manager.fault
      if (fault === 'never') return new Promise<never>(() => {})
      // A push service takes time.
      await new Promise((resolve) => setTimeout(resolve, 40))
      if (fault === 'null') return null
      if (fault) throw fault
      if (!userVisibleOnly) throw new DOMException('Registration failed - permission denied', 'NotAllowedError')
      const key = keyOf(applicationServerKey)
      if (surroundings.permission() !== 'granted') {
        throw new DOMException('Registration failed - permission denied', 'NotAllowedError')
      }
      if (!surroundings.hasWorker())
        throw new DOMException('Subscription failed - no active Service Worker', 'AbortError')
      if (manager.live && keyOf(manager.live.options.applicationServerKey) !== key) {
        throw new DOMException(
          'Registration failed - A subscription with a different applicationServerKey exists',
          'InvalidStateError',
        )
      }
      manager.live ??= make(key, surroundings.host())
      return manager.live
    },
    getSubscription: async () => manager.live ?? null,
    permissionState: async () =>
      surroundings.permission() === 'default' ? 'prompt' : (surroundings.permission() as PermissionState),
  }
  return manager
}
