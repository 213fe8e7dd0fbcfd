import { accessSync, constants, existsSync, type Stats, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { StoreLocation } from './config/types.ts'
import { StoreError } from './store/errors.ts'
import { nameOfStore } from './store-name.ts'

/** Why a store cannot be opened. */
export interface OpeningTrouble {
  /** The fault and what to do. Names the path, or host and port, and contains no secret. */
  message: string
  /** Waiting cannot succeed; the operator has to fix it. */
  isHopeless: boolean
}

const hopeless = (message: string): OpeningTrouble => ({ message, isHopeless: true })
const passing = (message: string): OpeningTrouble => ({ message, isHopeless: false })

const memberOf = (error: unknown, name: string): unknown =>
  typeof error === 'object' && error !== null && name in error ? (error as Record<string, unknown>)[name] : undefined // just looked

/** The file at a path; undefined when there is none. The code of the system's error when no file can have this path. */
const fileAt = (path: string): Stats | string | undefined => {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch (error) {
    return String(memberOf(error, 'code'))
  }
}

const mayUse = (path: string, mode: number): boolean => {
  try {
    accessSync(path, mode)
    return true
  } catch {
    return false
  }
}

/** SQLite's primary result code for a file that is not a database (sqlite.org/rescode.html). */
const notADatabase = 26

const ofFile = (path: string, cause: unknown, what: string): OpeningTrouble => {
  const folder = dirname(path)
  const { R_OK, W_OK, X_OK } = constants
  if (!existsSync(folder))
    return hopeless(`there is no folder ${folder}: make it, or set PUSHFERRY_STORE to another file`)
  if (!statSync(folder).isDirectory())
    return hopeless(`${folder} is not a folder: set PUSHFERRY_STORE to a file in a folder, such as sqlite:pushferry.db`)
  const file = fileAt(path)
  if (typeof file === 'string' && file !== 'EACCES')
    return hopeless(`no file can have the path ${path} (${file}): set PUSHFERRY_STORE to another`)
  if (typeof file === 'object' && !file.isFile())
    return hopeless(
      `${path} is ${file.isDirectory() ? 'a folder' : 'no regular file'}: PUSHFERRY_STORE is the name of a file, such as sqlite:pushferry.db`,
    )
  if (Number(memberOf(cause, 'errcode')) === notADatabase)
    return hopeless(`${path}, which PUSHFERRY_STORE names, is not a database: set PUSHFERRY_STORE to another file`)
  if (!mayUse(folder, R_OK | W_OK | X_OK) || (file && !mayUse(path, R_OK | W_OK)))
    return hopeless(
      `this user has no permission to write ${path} and its folder, or they are mounted read-only: change the permissions or the mount, or set PUSHFERRY_STORE to a file elsewhere`,
    )
  return passing(`${what}: is ${path}, which PUSHFERRY_STORE names, in use by another program, or its disk full?`)
}

/** Faults of connections, by the code of the system or of TLS. */
const connectionTroubles: Readonly<Record<string, (at: string) => OpeningTrouble>> = {
  ENOTFOUND: (at) => passing(`the host name of ${at} cannot be found: is PUSHFERRY_STORE right, and does DNS work?`),
  EAI_AGAIN: (at) => passing(`the host name of ${at} cannot be looked up: does DNS work?`),
}
const certificateCodes: readonly string[] = [
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]

/** Faults that the server reports, by its code (postgresql.org/docs/current/errcodes-appendix.html). */
const serverTroubles: Readonly<Record<string, (at: string) => OpeningTrouble>> = {
  '28000': (at) =>
    hopeless(`${at} does not allow this user to connect from this machine: check its pg_hba.conf and PUSHFERRY_STORE`),
  '28P01': (at) => hopeless(`${at} refuses the user or the password of PUSHFERRY_STORE`),
  '3D000': (at) => hopeless(`${at} has no database with the name in PUSHFERRY_STORE: create it, or set another name`),
  '42501': (at) =>
    hopeless(
      `the user of PUSHFERRY_STORE has no permission to create a schema at ${at}: GRANT CREATE ON DATABASE … TO this user`,
    ),
}

const ofServer = (at: string, cause: unknown, what: string): OpeningTrouble => {
  const code = String(memberOf(cause, 'code') ?? '')
  if (certificateCodes.includes(code))
    return hopeless(
      `the certificate of ${at} is not trusted (${code}): add sslrootcert=PATH of its authority to PUSHFERRY_STORE, or set NODE_EXTRA_CA_CERTS`,
    )
  if (code === 'ENOENT' && memberOf(cause, 'syscall') === 'open')
    return hopeless('a file that PUSHFERRY_STORE names (sslrootcert, sslcert or sslkey) does not exist')
  if (memberOf(cause, 'message') === 'The server does not support SSL connections')
    return hopeless(`${at} does not support TLS: enable it on the server, or remove sslmode from PUSHFERRY_STORE`)
  const known = Object.hasOwn(serverTroubles, code) ? serverTroubles[code] : connectionTroubles[code]
  return (
    known?.(at) ??
    passing(
      `${what}: does ${at.replace(' at', ' run at')}, and are user, password and database of PUSHFERRY_STORE right?`,
    )
  )
}

/** Explains why a store could not be opened, by the error and the file at its path. */
export const explainOpening = (error: unknown, location: StoreLocation): OpeningTrouble => {
  const { message, cause } =
    error instanceof Error ? error : { message: 'the store cannot be opened', cause: undefined }
  if (error instanceof StoreError && error.code !== 'unavailable') return hopeless(message)
  return (location.kind === 'sqlite' ? ofFile : ofServer)(nameOfStore(location), cause, message)
}
