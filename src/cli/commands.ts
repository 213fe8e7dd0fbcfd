import type { Command } from 'commander'
import type { ExitCode, Io } from './io.ts'

/**
 * Defines a command's arguments, options, help and action. The action calls `exitWith` with the exit code (default 0), and
 * throws `CliError` for errors that the user can fix.
 */
export type DefineCommand = (command: Command, io: Io, exitWith: (code: ExitCode) => void) => void

/** A command in the list of commands. Its modules are loaded only when it is called. */
export interface CommandEntry {
  name: string
  summary: string
  load: () => Promise<DefineCommand>
  /** Its arguments are CleverTap IDs. An iPhone's begins with a dash and must not be read as an option. */
  takesObjectIds?: true
}

/** All commands, in the order of `pushferry --help`. */
export const commands: readonly CommandEntry[] = [
  {
    name: 'init',
    summary: 'write a file of settings, with generated keys',
    load: async () => (await import('./init.ts')).defineInit,
  },
  {
    name: 'relay',
    summary: 'run the relay: take tokens in, store them, upload them to CleverTap',
    load: async () => (await import('./relay.ts')).defineRelay,
  },
  {
    name: 'import',
    summary: 'import tokens from CSV, NDJSON or JSON files',
    load: async () => (await import('./import.ts')).defineImport,
  },
  {
    name: 'status',
    summary: 'show the queue, rates, failures by code and the health of uploads',
    load: async () => (await import('./status.ts')).defineStatus,
  },
  {
    name: 'rejected',
    summary: 'list, retry or export the records that CleverTap rejected',
    load: async () => (await import('./rejected.ts')).defineRejected,
    takesObjectIds: true,
  },
  {
    name: 'erase',
    summary: "remove a profile's row and every trace of it from the store",
    load: async () => (await import('./erase.ts')).defineErase,
    takesObjectIds: true,
  },
  {
    name: 'doctor',
    summary: 'look at a site from outside: page, relay, CORS, VAPID key, worker file, CSP',
    load: async () => (await import('./doctor.ts')).defineDoctor,
  },
  {
    name: 'check',
    summary: 'ask CleverTap whether account, passcode, region and each token type are accepted',
    load: async () => (await import('./check.ts')).defineCheck,
  },
  {
    name: 'verify',
    summary: 'ask CleverTap whether a profile holds a push token',
    load: async () => (await import('./verify.ts')).defineVerify,
    takesObjectIds: true,
  },
  {
    name: 'push',
    summary: 'send a test notification to one browser',
    load: async () => (await import('./push.ts')).definePush,
  },
  {
    name: 'vapid',
    summary: 'make a VAPID key pair and say where each key belongs',
    load: async () => (await import('./vapid.ts')).defineVapid,
  },
  {
    name: 'simulate',
    summary: 'run a strict local CleverTap for development and CI',
    load: async () => (await import('./simulate.ts')).defineSimulate,
  },
  {
    name: 'completion',
    summary: 'print the completion script for bash, zsh or fish',
    load: async () => (await import('./completion.ts')).defineCompletion,
  },
]
