/**
 * The part of the protobuf wire format that Google's push protocol needs: varint, fixed64 and length-delimited fields.
 * Specification: https://protobuf.dev/programming-guides/encoding/
 */

const WIRE_VARINT = 0
const WIRE_FIXED64 = 1
const WIRE_BYTES = 2
const WIRE_FIXED32 = 5

export const varint = (value: bigint | number): Buffer => {
  let rest = BigInt.asUintN(64, BigInt(value))
  const out: number[] = []
  do {
    const low = Number(rest & 127n)
    rest >>= 7n
    out.push(rest ? low | 128 : low)
  } while (rest)
  return Buffer.from(out)
}

const tag = (field: number, wire: number): Buffer => varint((field << 3) | wire)

export const intField = (field: number, value: bigint | number): Buffer =>
  Buffer.concat([tag(field, WIRE_VARINT), varint(value)])

export const fixed64Field = (field: number, value: bigint): Buffer => {
  const eight = Buffer.alloc(8)
  eight.writeBigUInt64LE(value)
  return Buffer.concat([tag(field, WIRE_FIXED64), eight])
}

export const bytesField = (field: number, value: string | Uint8Array): Buffer => {
  const content = Buffer.from(value)
  return Buffer.concat([tag(field, WIRE_BYTES), varint(content.length), content])
}

/** The number at `at`, and the position of the next field; `undefined` if the buffer ends inside the number. */
export const readVarint = (buffer: Buffer, at: number): { value: bigint; next: number } | undefined => {
  let value = 0n
  for (let shift = 0n, next = at; next < buffer.length; shift += 7n) {
    const byte = buffer.readUInt8(next++)
    value |= BigInt(byte & 127) << shift
    if (byte < 128) return { value, next }
  }
  return undefined
}

const expectVarint = (buffer: Buffer, at: number): { value: bigint; next: number } => {
  const read = readVarint(buffer, at)
  if (!read) throw new Error('protobuf: the message ends inside a number')
  return read
}

export interface Fields {
  /** The last number in this field, or `undefined` when there is none. */
  int(field: number): bigint | undefined
  /** Every byte string in this field, in order. */
  bytes(field: number): Buffer[]
}

/** @throws Error when the message is truncated or uses a wire type that no current protobuf writes. */
export const decodeFields = (buffer: Buffer): Fields => {
  const ints = new Map<number, bigint>()
  const strings = new Map<number, Buffer[]>()
  let at = 0
  while (at < buffer.length) {
    const key = expectVarint(buffer, at)
    const field = Number(key.value >> 3n)
    const wire = Number(key.value & 7n)
    at = key.next
    if (wire === WIRE_VARINT) {
      const number = expectVarint(buffer, at)
      ints.set(field, number.value)
      at = number.next
    } else if (wire === WIRE_FIXED64) {
      ints.set(field, buffer.readBigUInt64LE(at))
      at += 8
    } else if (wire === WIRE_BYTES) {
      const length = expectVarint(buffer, at)
      at = length.next + Number(length.value)
      strings.set(field, [...(strings.get(field) ?? []), buffer.subarray(length.next, at)])
    } else if (wire === WIRE_FIXED32) {
      ints.set(field, BigInt(buffer.readUInt32LE(at)))
      at += 4
    } else {
      throw new Error(`protobuf: wire type ${wire}`)
    }
  }
  return { int: (field) => ints.get(field), bytes: (field) => strings.get(field) ?? [] }
}
