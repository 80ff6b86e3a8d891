import { openCgroup } from "../cgroups/choose_driver.ts";
import { planDeviceRules, reduceDeviceRules } from "../cgroups/devices/device_rules.ts";
import { mergeResources, resourcesToApply } from "../cgroups/merge_resources.ts";
import { type DeviceChange, updateCgroup } from "../cgroups/update.ts";
import { RuntimeError } from "../errors.ts";
import { parseResources, parseSpec } from "../spec/parse_spec.ts";
import { stringifyJson } from "../spec/stringify.ts";
import type { Linux, LinuxResources } from "../spec/types.ts";
import { assertValidResources } from "../spec/validate.ts";
import { exists, readFile, readToEnd, replaceFile } from "../sys/files.ts";
import { checkContainerId } from "./container_id.ts";
import { setRdtSchemata } from "./intel_rdt.ts";
import { liveStatus } from "./live_status.ts";
import type { StateRecord } from "./state_record.ts";
import { readStateRecord, savedConfigPath, savedResourcesPath, withLock } from "./state_store.ts";
import { killRefusal } from "./status.ts";
import { UndoStack } from "./undo.ts";

export interface UpdateRequest {
  readonly id: string;
  readonly root: string;
  /** A file with a resources object, "-" for stdin; it takes the place of `resources`. */
  readonly resourcesFile: string | undefined;
  readonly resources: LinuxResources;
  /** Where a pointer into the resources object came from; undefined: from the config. */
  readonly placeOf: (pointer: string) => string | undefined;
  readonly l3CacheSchema: string | undefined;
  readonly memBwSchema: string | undefined;
  readonly log: { readonly warning: (message: string) => void };
}

/**
 * Changes the limits of a container. What holds afterwards is kept, and is where the next update starts.
 *
 * @throws RuntimeError; then every limit is as it was
 */
export function updateContainer(request: UpdateRequest): void {
  checkContainerId(request.id);
  const change = readChange(request);
  withLock(request.root, request.id, () => {
    const record = readStateRecord(request.root, request.id);
    // An update makes sense wherever there is a process, as a signal does.
    const refusal = killRefusal(liveStatus(request.root, record));
    if (refusal !== undefined) throw new RuntimeError("state", refusal);
    const undo = new UndoStack();
    try {
      update(request, record, change, undo);
    } catch (error) {
      for (const failure of undo.undo())
        request.log.warning(`while undoing the update: ${messageOf(failure)}`);
      throw relocate(error, request.placeOf);
    }
  });
}

function readChange({ resourcesFile, resources }: UpdateRequest): LinuxResources {
  if (resourcesFile === undefined) return resources;
  return parseResources(resourcesFile === "-" ? readToEnd(0) : readFile(resourcesFile));
}

function update(request: UpdateRequest, record: StateRecord, change: LinuxResources, undo: UndoStack): void {
  const { root, id, l3CacheSchema, memBwSchema } = request;
  const { linux } = parseSpec(readFile(savedConfigPath(root, id)));
  const saved = savedResourcesPath(root, id);
  const stored = exists(saved) ? parseResources(readFile(saved)) : (linux?.resources ?? {});
  const merged = mergeResources(stored, change);
  for (const { message } of assertValidResources(merged)) request.log.warning(message);
  if (record.cgroup.driver === "disabled") {
    throw new RuntimeError("state", "cannot update the container: it has no cgroup of its own");
  }
  const devices = planDeviceChange(linux, stored, change);
  updateCgroup(openCgroup(record.cgroup), resourcesToApply(merged, change), devices, undo);
  if (l3CacheSchema !== undefined || memBwSchema !== undefined) {
    setRdtSchemata(record.intel_rdt, { l3CacheSchema, memBwSchema }, undo);
  }
  replaceFile(saved, `${stringifyJson(merged)}\n`, 0o600, true);
}

/**
 * Engines send the whole resources object of the config, whatever they mean to change: rules that come to the
 * same are left alone.
 */
function planDeviceChange(
  linux: Linux | undefined,
  stored: LinuxResources,
  change: LinuxResources,
): DeviceChange | undefined {
  if (change.devices === undefined) return undefined;
  const rules = (devices: LinuxResources["devices"]) =>
    planDeviceRules({ devices: linux?.devices, resources: { devices } });
  const [before, after] = [rules(stored.devices), rules(change.devices)];
  return fingerprint(before) === fingerprint(after) ? undefined : { before, after };
}

function fingerprint(rules: DeviceChange["before"]): string {
  const { allowByDefault, exceptions } = reduceDeviceRules(rules);
  const texts = exceptions.map(({ type, major, minor, access }) => `${type} ${major}:${minor} ${access}`);
  return `${allowByDefault} ${texts.sort().join(", ")}`;
}

const inConfig = "/linux/resources";

/** Errors point at what the caller gave, not at a config that says something else. */
function relocate(error: unknown, placeOf: UpdateRequest["placeOf"]): unknown {
  if (!(error instanceof RuntimeError) || error.at === undefined) return error;
  const pointer = error.at.startsWith(`${inConfig}/`) ? error.at.slice(inConfig.length) : error.at;
  const { code, message, hint, errno, cause } = error;
  return new RuntimeError(code, message, { at: placeOf(pointer) ?? error.at, hint, errno, cause });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
