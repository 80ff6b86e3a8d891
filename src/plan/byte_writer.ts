import { RuntimeError } from "../errors.ts";

const utf8 = new TextEncoder();

/** A growable little-endian buffer with the item encodings of the plan format (see ops.ts). */
export class ByteWriter {
  #bytes = new Uint8Array(4096);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  u16(value: number): void {
    this.#reserve(2);
    this.#view.setUint16(this.#length, value, true);
    this.#length += 2;
  }

  u32(value: number): void {
    if (!Number.isInteger(value) || value < 0 || value > 0xffffffff) throw outOfRange("u32", value);
    this.#reserve(4);
    this.#view.setUint32(this.#length, value, true);
    this.#length += 4;
  }

  i32(value: number): void {
    if (!Number.isInteger(value) || value < -0x80000000 || value > 0x7fffffff) throw outOfRange("i32", value);
    this.#reserve(4);
    this.#view.setInt32(this.#length, value, true);
    this.#length += 4;
  }

  u64(value: bigint): void {
    if (value < 0n || value > 0xffffffffffffffffn) throw outOfRange("u64", value);
    this.#reserve(8);
    this.#view.setBigUint64(this.#length, value, true);
    this.#length += 8;
  }

  i64(value: bigint): void {
    if (BigInt.asIntN(64, value) !== value) throw outOfRange("i64", value);
    this.#reserve(8);
    this.#view.setBigInt64(this.#length, value, true);
    this.#length += 8;
  }

  bytes(value: Uint8Array): void {
    this.u32(value.length);
    this.#reserve(value.length + 3);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
    this.#pad();
  }

  /** Strings hold no NUL: C would read a shorter one than was checked. */
  str(value: string): void {
    if (value.includes("\0")) throw new RuntimeError("internal", "a plan string contains a NUL byte");
    // Three bytes are the most that one UTF-16 unit becomes.
    this.#reserve(4 + value.length * 3 + 4);
    const { written } = utf8.encodeInto(value, this.#bytes.subarray(this.#length + 4));
    this.u32(written);
    this.#length += written;
    this.#bytes[this.#length++] = 0;
    this.#pad();
  }

  /** Overwrites a u32 written earlier, for lengths known only afterwards. */
  patchU32(offset: number, value: number): void {
    this.#view.setUint32(offset, value, true);
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #pad(): void {
    this.#reserve(3);
    while (this.#length % 4 !== 0) this.#bytes[this.#length++] = 0;
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + count));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

function outOfRange(kind: FieldKindName, value: number | bigint): RuntimeError {
  return new RuntimeError("internal", `${value} is no ${kind}`);
}
type FieldKindName = "u32" | "i32" | "u64" | "i64";
