/**
 * A push as CleverTap sends it, decrypted (sources: its worker and samples). The site itself is the statistics host, so its log
 * shows what was counted: `/r` is viewed, `/br` is clicked.
 */
export const cleverTapPush = (site: string, { title = 'Sale' }: { readonly title?: string } = {}) => ({
  title,
  deepLink: `${site}/sale?from=push`,
  notificationOptions: {
    body: 'Everything must go',
    actions: [{ action: 'action1', title: 'Shoes', deepLink: `${site}/shoes` }],
    data: { wzrk_id: '1700000000_20261123' },
  },
  redirectPath: `${site}/br?e=abc&c=def&br=Chrome`,
  raiseNotificationViewedPath: `${site}/r?e=abc&c=def&br=Chrome`,
  wzrk_acct_id: 'SIM-000-0000',
  ct: 'pn',
})
