/** An interpreter for the classic BPF of seccomp filters: linux/filter.h, and seccomp_check_filter() of the kernel. */

/** struct seccomp_data, without the instruction pointer. */
export interface SeccompData {
  readonly number: number;
  readonly architecture: number;
  readonly args: readonly bigint[];
}

const SECCOMP_DATA_SIZE = 64;

/** What the filter answers: SECCOMP_RET_*. */
export function runFilter(filter: Uint8Array, { number, architecture, args }: SeccompData): number {
  const data = new DataView(new ArrayBuffer(SECCOMP_DATA_SIZE));
  data.setUint32(0, number, true);
  data.setUint32(4, architecture, true);
  args.forEach((value, index) => {
    data.setBigUint64(16 + index * 8, value, true);
  });
  const program = new DataView(filter.buffer, filter.byteOffset, filter.byteLength);
  let accumulator = 0;
  for (let at = 0; at * 8 < filter.length; at++) {
    const code = program.getUint16(at * 8, true);
    const k = program.getUint32(at * 8 + 4, true);
    const branch = (holds: boolean) => {
      at += program.getUint8(at * 8 + (holds ? 2 : 3));
    };
    switch (code) {
      case 0x20: // BPF_LD | BPF_W | BPF_ABS
        accumulator = data.getUint32(k, true);
        break;
      case 0x05: // BPF_JMP | BPF_JA
        at += k;
        break;
      case 0x15: // BPF_JMP | BPF_JEQ
        branch(accumulator === k);
        break;
      case 0x25: // BPF_JMP | BPF_JGT
        branch(accumulator > k);
        break;
      case 0x35: // BPF_JMP | BPF_JGE
        branch(accumulator >= k);
        break;
      case 0x45: // BPF_JMP | BPF_JSET
        branch((accumulator & k) !== 0);
        break;
      case 0x54: // BPF_ALU | BPF_AND
        accumulator = (accumulator & k) >>> 0;
        break;
      case 0x06: // BPF_RET | BPF_K
        return k;
      default:
        throw new Error(`instruction ${at} has the code 0x${code.toString(16)}`);
    }
  }
  throw new Error("the filter has no end");
}
