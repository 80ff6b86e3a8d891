/**
 * Gives the compiled executable its entry stub (native/entry_stub.S): the stub is appended to the file, the
 * PT_NOTE program header, which nothing at run time reads, becomes the PT_LOAD header that maps it, and the
 * ELF entry point leads to it. The data segment grows by one zero page, where the stub saves its findings.
 *
 * elf(5) has the layout.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const stubAddress = 0x10000000n;
const PT_LOAD = 1;
const PT_NOTE = 4;
const PF_X = 1;
const PF_W = 2;
const PF_R = 4;
const pageSize = 4096;
/** Size of the stub's head: magic, address of the saved limits, original entry point. */
const stubHeadSize = 24n;

/** Assembles the stub to plain bytes. */
function assembleStub(source: string): Uint8Array {
  const directory = mkdtempSync(join(tmpdir(), "tsrunc-stub-"));
  try {
    const object = join(directory, "stub.o");
    const binary = join(directory, "stub.bin");
    execFileSync("gcc", ["-c", source, "-o", object], { stdio: "inherit" });
    execFileSync("objcopy", ["-O", "binary", "-j", ".text", object, binary], { stdio: "inherit" });
    return readFileSync(binary);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

export function sealExecutable(path: string, stubSource: string): void {
  const stub = Buffer.from(assembleStub(stubSource));
  const original = readFileSync(path);
  const padding = (pageSize - (original.length % pageSize)) % pageSize;
  const file = Buffer.concat([original, Buffer.alloc(padding), stub]);
  const stubOffset = BigInt(original.length + padding);

  const headersOffset = Number(file.readBigUInt64LE(32));
  const headerSize = file.readUInt16LE(54);
  const headerCount = file.readUInt16LE(56);
  const headers = Array.from({ length: headerCount }, (_, index) => headersOffset + index * headerSize);
  const note = headers.find((offset) => file.readUInt32LE(offset) === PT_NOTE);
  const data = headers.find(
    (offset) => file.readUInt32LE(offset) === PT_LOAD && (file.readUInt32LE(offset + 4) & PF_W) !== 0,
  );
  if (note === undefined || data === undefined) throw new Error(`${path}: no PT_NOTE or no writable PT_LOAD`);

  // Program header: u32 type, u32 flags, u64 offset, vaddr, paddr, filesz, memsz, align.
  const dataEnd = file.readBigUInt64LE(data + 16) + file.readBigUInt64LE(data + 40);
  file.writeBigUInt64LE(file.readBigUInt64LE(data + 40) + BigInt(2 * pageSize), data + 40);
  const savedLimits = (dataEnd + 63n) & ~63n;

  file.writeUInt32LE(PT_LOAD, note);
  file.writeUInt32LE(PF_R | PF_X, note + 4);
  file.writeBigUInt64LE(stubOffset, note + 8);
  file.writeBigUInt64LE(stubAddress, note + 16);
  file.writeBigUInt64LE(stubAddress, note + 24);
  file.writeBigUInt64LE(BigInt(stub.length), note + 32);
  file.writeBigUInt64LE(BigInt(stub.length), note + 40);
  file.writeBigUInt64LE(BigInt(pageSize), note + 48);

  file.writeBigUInt64LE(savedLimits, Number(stubOffset) + 8);
  file.writeBigUInt64LE(file.readBigUInt64LE(24), Number(stubOffset) + 16);
  file.writeBigUInt64LE(stubAddress + stubHeadSize, 24);
  writeFileSync(path, file);
}
