import { accessSync, constants, existsSync } from 'node:fs'
import type { BrowserName } from './push-browser.ts'

/** A package that a browser's tests need on this machine. */
interface Requirement {
  /** Debian's package. */
  readonly package: string
  /** The package is installed if any one of these files exists. */
  readonly files: readonly string[]
}

const libraryFolders = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64', '/usr/lib']

const dbusDaemon: Requirement = { package: 'dbus-daemon', files: ['/usr/bin/dbus-daemon', '/bin/dbus-daemon'] }

const requirements = (browser: BrowserName, environment: NodeJS.ProcessEnv): readonly Requirement[] =>
  browser === 'chromium'
    ? [{ package: 'chromium', files: [environment.CHROMIUM ?? '/usr/bin/chromium'] }, dbusDaemon]
    : [
        { package: 'firefox-esr', files: [environment.FIREFOX ?? '/usr/bin/firefox-esr'] },
        dbusDaemon,
        // Without it Firefox draws its notifications itself, where no test can see or click them.
        { package: 'libnotify4', files: libraryFolders.map((folder) => `${folder}/libnotify.so.4`) },
      ]

/** Debian's packages that this browser's tests lack here; none when they can run. */
export const missingPackages = (
  browser: BrowserName,
  environment: NodeJS.ProcessEnv = process.env,
  exists: (file: string) => boolean = existsSync,
): string[] =>
  requirements(browser, environment)
    .filter(({ files }) => !files.some(exists))
    .map((requirement) => requirement.package)

/** Whether a missing browser fails the run instead of skipping the suite: on CI, and where `PUSHFERRY_BROWSERS` says so. */
export const browsersAreRequired = (environment: NodeJS.ProcessEnv = process.env): boolean =>
  environment.CI === 'true' || environment.PUSHFERRY_BROWSERS === 'required'

export const installCommand = (packages: readonly string[]): string =>
  `sudo apt-get install -y ${[...new Set(packages)].join(' ')}`

/** The browser's executable: `CHROMIUM` or `FIREFOX`, else Debian's. @throws Error when it cannot be run. */
export const executable = (browser: BrowserName, environment: NodeJS.ProcessEnv = process.env): string => {
  const file = requirements(browser, environment)[0]?.files[0] ?? ''
  accessSync(file, constants.X_OK)
  return file
}
