/** A container image made on this machine, for there may be no registry: the busybox root file system as one layer. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeRootfs } from "./bundle.ts";

export const imageName = "localhost/tsrunc-test/busybox:latest";

const architectures: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

/** Makes `<directory>/image.tar` in the format of `docker save`, and returns its path. */
export function makeImage(directory: string): string {
  const work = join(directory, "image");
  makeRootfs(join(work, "rootfs"));
  mkdirSync(join(work, "archive"));
  pack(join(work, "rootfs"), join(work, "archive/layer.tar"));
  const layer = createHash("sha256")
    .update(readFileSync(join(work, "archive/layer.tar")))
    .digest("hex");
  const config = {
    architecture: architectures[process.arch],
    os: "linux",
    config: { Cmd: ["sh"], Env: ["PATH=/bin"] },
    rootfs: { type: "layers", diff_ids: [`sha256:${layer}`] },
  };
  writeFileSync(join(work, "archive/config.json"), JSON.stringify(config));
  const manifest = [{ Config: "config.json", RepoTags: [imageName], Layers: ["layer.tar"] }];
  writeFileSync(join(work, "archive/manifest.json"), JSON.stringify(manifest));
  pack(join(work, "archive"), join(directory, "image.tar"));
  return join(directory, "image.tar");
}

/** Makes `<directory>/rootfs.tar`, the same root file system for `docker import`, and returns its path. */
export function makeRootfsArchive(directory: string): string {
  const rootfs = join(directory, "image/rootfs");
  makeRootfs(rootfs);
  pack(rootfs, join(directory, "rootfs.tar"));
  return join(directory, "rootfs.tar");
}

function pack(from: string, to: string): void {
  const { status, stderr } = spawnSync("tar", ["-C", from, "-cf", to, "--owner=0", "--group=0", "."], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`tar: ${stderr}`);
}
