import type { TokenType } from '../../wire/record.ts'
import { readFlag, unreadableFlag } from '../flag.ts'
import { type Members, memberAt, stringOf } from '../members.ts'
import type { Preset, VendorToken } from './preset.ts'

const types = new Map<string, TokenType>([
  ['gcm', 'fcm'],
  ['apns', 'apns'],
  ['wns', 'wns'],
  ['mpns', 'mpns'],
])
/** Platforms of SNS that CleverTap has no token type for. Its sandboxes are for apps that are not released. */
const others = ['adm', 'baidu', 'apns_sandbox', 'apns_voip', 'apns_voip_sandbox', 'macos', 'macos_sandbox']

/** `arn:aws:sns:REGION:ACCOUNT:endpoint/PLATFORM/APPLICATION/ID` */
const platformOf = (arn: unknown): string => /:endpoint\/([^/]+)\//.exec(stringOf(arn))?.[1] ?? ''

const readEndpoint = (record: Members): VendorToken => {
  const type = platformOf(record.EndpointArn)
  if (others.includes(type.toLowerCase())) return { skip: 'other channel' }
  const isEnabled = readFlag(memberAt(record, 'Attributes.Enabled'), true)
  if (isEnabled === undefined) return { problem: unreadableFlag('Enabled') }
  if (!isEnabled) return { skip: 'dead' }
  return { values: { type, id: stringOf(memberAt(record, 'Attributes.Token')) } }
}

/**
 * The output of `aws sns list-endpoints-by-platform-application`: the list of endpoints, or pages with such a list
 * (https://docs.aws.amazon.com/sns/latest/api/API_ListEndpointsByPlatformApplication.html). SNS sets `Enabled` to false
 * when a push service has refused the token.
 */
export const sns: Preset = {
  vendor: 'Amazon SNS',
  name: 'a list of Amazon SNS endpoints',
  formats: ['json'],
  isOne: (has) => ['EndpointArn', 'Attributes', 'Attributes.Token', 'Attributes.Enabled'].filter(has).length >= 2,
  columns: { id: 'Attributes.Token', type: 'EndpointArn' },
  needed: ['EndpointArn', 'Attributes.Token', 'Attributes.Enabled'],
  advice: 'export with aws sns list-endpoints-by-platform-application --output json',
  user: 'CustomUserData',
  types,
  read: (record) => [readEndpoint(record)],
}
