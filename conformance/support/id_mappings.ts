/** Configs with a user namespace, and root file systems that belong to its root. */
import { chownSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "./bundle.ts";

/** Gives everything below to one user and group. Symlinks have no owner that matters. */
export function chownTree(directory: string, id: number): void {
  chownSync(directory, id, id);
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) chownTree(path, id);
    else if (!entry.isSymbolicLink()) chownSync(path, id, id);
  }
}

/** A new user namespace with 65536 ids from `hostId` on; the root file system belongs to its root. */
export function mappedTo(hostId: number) {
  return (config: Config, bundle: string): void => {
    const mapping = { containerID: 0, hostID: hostId, size: 65536 };
    config.linux.namespaces.push({ type: "user" });
    config.linux.uidMappings = [mapping];
    config.linux.gidMappings = [mapping];
    chownTree(join(bundle, "rootfs"), hostId);
  };
}
