import type { LinuxResources } from "../../spec/types.ts";
import { type Setting, setting } from "../settings.ts";

const at = "/linux/resources/blockIO";

const throttleFiles = [
  ["throttleReadBpsDevice", "blkio.throttle.read_bps_device", "read rate"],
  ["throttleWriteBpsDevice", "blkio.throttle.write_bps_device", "write rate"],
  ["throttleReadIOPSDevice", "blkio.throttle.read_iops_device", "read operations"],
  ["throttleWriteIOPSDevice", "blkio.throttle.write_iops_device", "write operations"],
] as const;

/** Documentation/admin-guide/cgroup-v1/blkio-controller.rst; weights moved to blkio.bfq.* in Linux 5.0. */
export function planBlkio({ blockIO }: LinuxResources): readonly Setting[] {
  if (blockIO === undefined) return [];
  const settings: Setting[] = [];
  const addWeight = (name: string, value: string | number, pointer: string): void => {
    const what = `block I/O ${name.replace("_device", " of a device").replace("_", " ")}`;
    settings.push(
      setting("blkio", `blkio.${name}`, value, what, pointer, {
        otherwise: setting("blkio", `blkio.bfq.${name}`, value, what, pointer),
      }),
    );
  };
  if (blockIO.weight) addWeight("weight", blockIO.weight, `${at}/weight`);
  if (blockIO.leafWeight) addWeight("leaf_weight", blockIO.leafWeight, `${at}/leafWeight`);
  blockIO.weightDevice?.forEach(({ major, minor, weight, leafWeight }, index) => {
    const pointer = `${at}/weightDevice/${index}`;
    if (weight) addWeight("weight_device", `${major}:${minor} ${weight}`, `${pointer}/weight`);
    if (leafWeight)
      addWeight("leaf_weight_device", `${major}:${minor} ${leafWeight}`, `${pointer}/leafWeight`);
  });
  for (const [key, file, what] of throttleFiles) {
    blockIO[key]?.forEach(({ major, minor, rate }, index) => {
      settings.push(
        setting("blkio", file, `${major}:${minor} ${rate}`, `block I/O ${what}`, `${at}/${key}/${index}`),
      );
    });
  }
  return settings;
}
