import { errno } from "../../errno.ts";
import type { LinuxResources } from "../../spec/types.ts";
import { blkioWeightToIoWeight } from "../conversions.ts";
import { type Setting, setting } from "../settings.ts";

const at = "/linux/resources/blockIO";

const throttleKeys = [
  ["throttleReadBpsDevice", "rbps", "read rate"],
  ["throttleWriteBpsDevice", "wbps", "write rate"],
  ["throttleReadIOPSDevice", "riops", "read operations"],
  ["throttleWriteIOPSDevice", "wiops", "write operations"],
] as const;

/** Documentation/admin-guide/cgroup-v2.rst, "IO", and Documentation/block/bfq-iosched.rst. */
export function planIo({ blockIO }: LinuxResources): readonly Setting[] {
  if (blockIO === undefined) return [];
  const settings: Setting[] = [];
  if (blockIO.weight) {
    const pointer = `${at}/weight`;
    const converted = blkioWeightToIoWeight(blockIO.weight);
    const otherwise = setting("io", "io.weight", converted, "block I/O weight", pointer);
    settings.push(setting("io", "io.bfq.weight", blockIO.weight, "block I/O weight", pointer, { otherwise }));
  }
  blockIO.weightDevice?.forEach(({ major, minor, weight }, index) => {
    if (!weight) return;
    const value = `${major}:${minor} ${weight}`;
    const pointer = `${at}/weightDevice/${index}`;
    // Weights of single devices are BFQ's, and old BFQ has none (EINVAL).
    const ignore = [errno.ENOENT, errno.EINVAL];
    settings.push(setting("io", "io.bfq.weight", value, "block I/O weight of a device", pointer, { ignore }));
  });
  for (const [key, name, what] of throttleKeys) {
    blockIO[key]?.forEach(({ major, minor, rate }, index) => {
      const value = `${major}:${minor} ${name}=${rate}`;
      settings.push(setting("io", "io.max", value, `block I/O ${what}`, `${at}/${key}/${index}`));
    });
  }
  return settings;
}
