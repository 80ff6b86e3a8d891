import type { SlotName } from "../plan/ops.ts";
import { type Op, op } from "../plan/plan.ts";
import type { LinuxNamespaceType, Spec } from "../spec/types.ts";
import {
  CLONE_NEWCGROUP,
  CLONE_NEWIPC,
  CLONE_NEWNET,
  CLONE_NEWTIME,
  CLONE_NEWUSER,
  CLONE_NEWUTS,
  type NamespaceKind,
  namespaceKinds,
} from "./kinds.ts";
import { formatTimeOffsets } from "./time_offsets.ts";

/** A namespace file that tsrunc opens before the stage starts. */
export interface NamespaceJoin {
  readonly type: LinuxNamespaceType;
  readonly slot: SlotName;
  readonly path: string;
  readonly at: string;
}

export interface NamespacePlan {
  /** What comes before the `forked` sync point: by the stage up to forkInit, by init behind it. */
  readonly stage: readonly Op[];
  /** Run by init after the `forked` sync point. */
  readonly init: readonly Op[];
  readonly joins: readonly NamespaceJoin[];
  /** The user namespace is new: tsrunc writes the id maps at the `forked` sync point. */
  readonly newUserNamespace: boolean;
  /** Lines for /proc/PID/timens_offsets, which tsrunc writes at the same point; "" for none. */
  readonly timeOffsets: string;
}

interface Wanted {
  readonly kind: NamespaceKind;
  readonly path: string | undefined;
  readonly at: string;
}

/**
 * Which namespaces to join, which to make, in which order (namespaces(7), user_namespaces(7)).
 *
 * Everything that is joined is joined by the stage; everything new is made by the one clone3 of forkInit,
 * which the kernel guarantees to make the user namespace first, so that it owns the others. Exceptions: a
 * time namespace needs its offsets before the first process is in it, so init makes it for its children, stops
 * at the `forked` sync point, where tsrunc writes them, and enters it then; a cgroup namespace takes the cgroup
 * its maker is in as its root, so it is made by init when init is in the container's cgroup; and what a
 * namespace holds from its start (the root of mqueue, network devices) belongs to its maker, so with a user
 * namespace they are made when init has become its root.
 */
export function planNamespaces(spec: Spec, privileged: boolean): NamespacePlan {
  const wanted = wantedNamespaces(spec);
  const joined = joinOrder(
    wanted.filter((entry) => entry.path !== undefined),
    privileged,
  );
  const created = wanted.filter((entry) => entry.path === undefined);
  const atOf = (flag: number) => created.find((entry) => entry.kind.flag === flag)?.at;

  const stage: Op[] = [];
  for (const { kind, at } of joined) {
    stage.push(op("joinNamespace", at, { fd: kind.slot, flag: kind.flag }));
    if (kind.flag === CLONE_NEWUSER) stage.push(op("becomeRoot", at, {}));
  }
  const userAt = atOf(CLONE_NEWUSER);
  const byInit =
    userAt === undefined ? CLONE_NEWCGROUP : CLONE_NEWCGROUP | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWUTS;
  const newFlags = created.reduce((sum, { kind }) => sum | kind.flag, 0);
  const flags = newFlags & ~CLONE_NEWTIME & ~byInit;
  stage.push(op("forkInit", "/linux/namespaces", { flags, cgroup: "cgroup" }));
  const timeAt = atOf(CLONE_NEWTIME);
  if (timeAt !== undefined) stage.push(op("unshare", timeAt, { flags: CLONE_NEWTIME }));

  const init: Op[] = [];
  if (userAt !== undefined) init.push(op("becomeRoot", userAt, {}));
  if (timeAt !== undefined) init.push(op("enterTimeNamespace", timeAt, {}));
  if ((newFlags & byInit) !== 0) {
    init.push(op("unshare", "/linux/namespaces", { flags: newFlags & byInit }));
  }

  return {
    stage,
    init,
    joins: joined.map(({ kind, path, at }) => ({ type: kind.type, slot: kind.slot, path: path!, at })),
    newUserNamespace: userAt !== undefined,
    timeOffsets: timeAt === undefined ? "" : formatTimeOffsets(spec.linux?.timeOffsets),
  };
}

/** What `exec` joins, in order, and the fork into it. */
export interface ExecNamespaces {
  readonly stage: readonly Op[];
  readonly joins: readonly { readonly slot: SlotName; readonly file: string; readonly at: string }[];
}

/** The namespaces of a running container's init, by type. They are opened below /proc/PID/ns. */
export function planExecNamespaces(
  types: readonly LinuxNamespaceType[],
  privileged: boolean,
): ExecNamespaces {
  const at = "/linux/namespaces";
  const kinds = namespaceKinds.filter(({ type }) => types.includes(type));
  const joined = joinOrder(
    kinds.map((kind) => ({ kind, path: kind.file, at })),
    privileged,
  );
  const stage = joined.flatMap(({ kind }) => [
    op("joinNamespace", at, { fd: kind.slot, flag: kind.flag }),
    ...(kind.flag === CLONE_NEWUSER ? [op("becomeRoot", at, {})] : []),
  ]);
  return {
    stage: [...stage, op("forkInit", at, { flags: 0, cgroup: "cgroup" })],
    joins: joined.map(({ kind }) => ({ slot: kind.slot, file: kind.file, at })),
  };
}

/** Whether the container has a namespace of this kind that is not the caller's own. */
export function hasNamespace(spec: Spec, type: LinuxNamespaceType): boolean {
  return spec.linux?.namespaces?.some((namespace) => namespace.type === type) === true;
}

/** Whether the container gets a fresh namespace of this kind. */
export function hasNewNamespace(spec: Spec, type: LinuxNamespaceType): boolean {
  return spec.linux?.namespaces?.some((namespace) => namespace.type === type && !namespace.path) === true;
}

function wantedNamespaces(spec: Spec): readonly Wanted[] {
  const list = spec.linux?.namespaces ?? [];
  return namespaceKinds.flatMap((kind) => {
    const index = list.findIndex((namespace) => namespace.type === kind.type);
    if (index === -1) return [];
    const path = list[index]!.path;
    return [{ kind, path: path === "" ? undefined : path, at: `/linux/namespaces/${index}` }];
  });
}

/**
 * A privileged caller enters the user namespace last: until then it may enter anything. An unprivileged one
 * has no rights at all before it is in the user namespace that owns the others.
 */
function joinOrder(joined: readonly Wanted[], privileged: boolean): readonly Wanted[] {
  if (privileged) return joined;
  const isUser = ({ kind }: Wanted) => kind.flag === CLONE_NEWUSER;
  return [...joined.filter(isUser), ...joined.filter((entry) => !isUser(entry))];
}
