import { braze } from './braze.ts'
import { oneSignal } from './onesignal.ts'
import type { Preset } from './preset.ts'
import { sns } from './sns.ts'

/** The exports that an import knows. The first one that fits is taken. */
export const presets: readonly Preset[] = [oneSignal, braze, sns]
