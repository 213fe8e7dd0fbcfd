/** One recorded event; see record.c. */
export interface DiskEvent {
  type: 'O' | 'W' | 'T' | 'S' | 'U' | 'A'
  file: number
  offset: number
  bytes: Buffer
}
export type IsThere = (event: DiskEvent) => boolean
export const fates: Readonly<Record<'none' | 'all' | 'some' | 'torn', (random: () => number) => IsThere>>
export function createDisk(): {
  follow(event: DiskEvent): void
  image(isThere: IsThere): { path: string; bytes: Buffer }[]
}
