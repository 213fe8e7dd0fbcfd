import webPush from 'web-push'
import type { DefineCommand } from './commands.ts'

interface VapidKeys {
  publicKey: string
  privateKey: string
}

const describe = ({ publicKey, privateKey }: VapidKeys): string => `public key   ${publicKey}
private key  ${privateKey}

Where each key belongs
  both      CleverTap dashboard: Settings > Engage > Channels > Web Push. CleverTap signs its pushes with the private key.
  public    the relay, which hands it to your pages: PUSHFERRY_VAPID_PUBLIC_KEY=${publicKey}
            or the page itself: createPush({ vapidPublicKey: … }) or data-vapid-key on the script tag.
  private   nowhere else. No page, no relay and no repository needs it; keep a copy where you keep passwords.

A browser's subscription is bound to the public key: with another pair every browser has to subscribe again.
`

/** `pushferry vapid`. Every call makes a new pair and stores nothing. */
export const defineVapid: DefineCommand = (command, { stdout }) => {
  command
    .description('Makes a VAPID key pair for web push and says where each key belongs. Every call makes a new pair.')
    .option('--json', 'print {"publicKey", "privateKey"} and nothing else')
    .addHelpText('after', '\nExamples:\n  $ pushferry vapid\n  $ pushferry vapid --json > vapid.json')
    .action(({ json }: { json?: true }) => {
      const { publicKey, privateKey } = webPush.generateVAPIDKeys()
      stdout.write(
        json ? `${JSON.stringify({ publicKey, privateKey }, undefined, 2)}\n` : describe({ publicKey, privateKey }),
      )
    })
}
