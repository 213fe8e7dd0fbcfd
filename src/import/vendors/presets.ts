import { azure, azureNative } from './azure.ts'
import { braze } from './braze.ts'
import { clevertap } from './clevertap.ts'
import { oneSignal } from './onesignal.ts'
import type { Preset } from './preset.ts'
import { pushSubscription, subscriptionColumn } from './push-subscription.ts'
import { sns } from './sns.ts'

/** The exports that an import recognises. The first match wins, so the least specific presets are last. */
export const presets: readonly Preset[] = [
  oneSignal,
  braze,
  sns,
  azure,
  azureNative,
  clevertap,
  pushSubscription,
  subscriptionColumn,
]
