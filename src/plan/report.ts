import { errno, errnoReason } from "../errno.ts";
import { RuntimeError } from "../errors.ts";
import { CAPABILITIES } from "../spec/capability_names.ts";
import { hintFor } from "./hints.ts";
import { type StepName, steps } from "./ops.ts";
import type { Op } from "./plan.ts";

/** A message of init, decoded. */
export interface InitMessage {
  readonly kind: number;
  readonly opIndex: number;
  readonly step: StepName;
  readonly errno: number;
  readonly value: number;
  /** What only the kernel or the hook could tell; often empty. */
  readonly text: string;
}

const headerSize = 20;

/** @throws RuntimeError `internal` when the record is none of ours */
export function decodeMessage(bytes: Uint8Array): InitMessage {
  if (bytes.length < headerSize) throw new RuntimeError("internal", "init sent a broken message");
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return {
    kind: view.getUint32(0, true),
    opIndex: view.getUint32(4, true),
    step: steps[view.getUint32(8, true)] ?? "none",
    errno: view.getInt32(12, true),
    value: view.getInt32(16, true),
    text: new TextDecoder().decode(bytes.subarray(headerSize)).replaceAll("\0", "").trim(),
  };
}

/** A failure of init as a sentence, with the place in config.json it came from. */
export function describeFailure(plan: readonly Op[], message: InitMessage): RuntimeError {
  const op = plan[message.opIndex];
  if (op === undefined) {
    return new RuntimeError("internal", `init failed to ${message.step}: ${errnoReason(message.errno)}`);
  }
  const details = {
    at: op.at === "" ? undefined : op.at,
    errno: message.errno === 0 ? undefined : message.errno,
    hint: hintFor(op, message),
  };
  if (op.op === "findExecutable")
    return new RuntimeError("executable", executableSentence(op, message), details);
  if (op.op === "exec") return new RuntimeError("executable", execSentence(op, message), details);
  if (op.op === "runHook") return new RuntimeError("hook", hookSentence(op, message), details);
  return new RuntimeError("syscall", operationSentence(op, message), details);
}

/** A warning of init: the same sentence, for the log. */
export function describeWarning(plan: readonly Op[], message: InitMessage): string {
  const op = plan[message.opIndex];
  if (op === undefined) return message.text;
  if (op.op === "capabilities") return capabilityWarning(op, message);
  return operationSentence(op, message);
}

/** Init knows capabilities by their numbers: several in the text, or one of the ambient set as the value. */
function capabilityWarning(op: Extract<Op, { op: "capabilities" }>, message: InitMessage): string {
  const isAmbient = message.step === "raise the ambient capability";
  const bits = isAmbient ? [message.value] : message.text.split(" ").map(Number);
  const names = bits.map((bit) => capabilityName(bit)).join(", ");
  return isAmbient
    ? `${names} cannot be ambient and is left out (config.json#${op.at}/ambient)`
    : `capabilities that cannot be granted are left out: ${names} (config.json#${op.at})`;
}

function capabilityName(bit: number): string {
  for (const [name, number] of CAPABILITIES) if (number === bit) return name;
  return `capability ${bit}`;
}

function operationSentence(op: Op, message: InitMessage): string {
  const own = describeOp(op);
  const reason = message.errno === 0 ? message.step : errnoReason(message.errno);
  const told = message.text === "" ? "" : `: ${message.text}`;
  const step = message.errno === 0 || message.step === "none" ? "" : ` (could not ${message.step})`;
  return `cannot ${own}: ${reason}${told}${step}`;
}

/** What an op does, as the words after "cannot". */
export function describeOp(op: Op): string {
  switch (op.op) {
    case "joinNamespace":
      return `join the ${op.fd.slice("ns_".length)} namespace`;
    case "unshare":
    case "forkInit":
      return "create the namespaces of the container";
    case "enterTimeNamespace":
      return "enter the time namespace of the container";
    case "sync":
      return "talk to tsrunc";
    case "becomeRoot":
      return "become root of the user namespace";
    case "newSession":
      return "create a session";
    case "sessionKeyring":
      return `join the session keyring ${op.name}`;
    case "loopbackUp":
      return "bring the loopback interface up";
    case "rootPropagation":
      return "set the mount propagation of the host's root in the container's mount namespace";
    case "openRootfs":
      return `open the root file system ${op.path}`;
    case "mount":
      return `mount ${op.fsType} on ${op.destination}`;
    case "bind":
      return `bind ${op.source} on ${op.destination}`;
    case "remount":
      return `remount ${op.destination}`;
    case "mountCgroup":
      return `mount ${op.fsType === "" ? "the cgroup" : op.fsType} on ${op.destination}`;
    case "openSource":
      return `open ${op.source}`;
    case "leave":
      return "end the helper";
    case "makeDirectory":
      return `create the directory ${op.path}`;
    case "symlink":
      return `create the symlink ${op.path}`;
    case "makeNode":
      return `create the device ${op.path}`;
    case "runHook":
      return `run the hook ${op.path}`;
    case "pivotRoot":
      return "make the root file system the root";
    case "finalPropagation":
      return "set the mount propagation of the root";
    case "console":
      return "set up the terminal";
    case "reopenNull":
      return "reopen /dev/null";
    case "rootReadonly":
      return "make the root read-only";
    case "maskPath":
      return `mask ${op.path}`;
    case "readonlyPath":
      return `make ${op.path} read-only`;
    case "sysctl":
      return `set the sysctl ${op.path} to ${JSON.stringify(op.value)}`;
    case "hostname":
      return `set the hostname ${op.name}`;
    case "domainname":
      return `set the domainname ${op.name}`;
    case "umask":
      return "set the umask";
    case "noNewPrivileges":
      return "set no_new_privs";
    case "resetAffinity":
      return "reset the CPU affinity";
    case "scheduler":
      return "set the scheduler";
    case "ioPriority":
      return "set the I/O priority";
    case "personality":
      return "set the personality";
    case "memoryPolicy":
      return "set the memory policy";
    case "securityAttribute":
      return describeAttribute(op);
    case "labelDirectory":
      return `label ${op.path} as ${op.label}`;
    case "boundingSet":
      return "drop capabilities from the bounding set";
    case "chownStdio":
      return `give stdin, stdout and stderr to uid ${op.uid}`;
    case "user":
      return `become uid ${op.uid}, gid ${op.gid}`;
    case "capabilities":
      return "set the capabilities";
    case "makeWorkingDirectory":
      return `create the working directory ${op.path}`;
    case "chdir":
      return `change to the working directory ${op.path}`;
    case "findExecutable":
      return `find the program ${op.file}`;
    case "waitForStart":
      return "wait for the start";
    case "seccomp":
      return "load the seccomp filter";
    case "exec":
      return `execute ${op.args[0] ?? ""}`;
    default:
      return op satisfies never;
  }
}

function describeAttribute({ files, value }: Extract<Op, { op: "securityAttribute" }>): string {
  if (files.includes("apparmor/exec")) return `apply the AppArmor profile ${value.replace(/^exec /, "")}`;
  const what = files.includes("keycreate") ? "new keys" : "the program";
  return value === "" ? `unset the label of ${what}` : `give ${what} the label ${value}`;
}

/** The phrases engines look for to tell "not found" (127) from "not executable" (126). */
function executableSentence(op: Extract<Op, { op: "findExecutable" }>, message: InitMessage): string {
  const name = JSON.stringify(op.file);
  const reason = errnoReason(message.errno);
  if (message.errno === errno.ENOENT && !op.file.includes("/")) {
    return `exec: ${name}: executable file not found in $PATH`;
  }
  if (message.errno === errno.ENOENT || message.errno === errno.ENOTDIR) {
    return `exec: ${name}: stat ${op.file}: ${reason}`;
  }
  return `exec: ${name}: ${reason}`;
}

function execSentence(op: Extract<Op, { op: "exec" }>, message: InitMessage): string {
  return `exec ${op.args[0] ?? ""}: ${errnoReason(message.errno)}`;
}

function hookSentence(op: Extract<Op, { op: "runHook" }>, message: InitMessage): string {
  const [, , name, index] = op.at.split("/");
  const output = message.text === "" ? "" : `, output: ${message.text}`;
  if (message.step === "hook timed out") {
    return `error running ${name} hook #${index}: hook ran past specified timeout of ${(op.timeoutMs / 1000).toFixed(1)}s${output}`;
  }
  if (message.step === "hook failed") {
    return `error running ${name} hook #${index}: ${waitStatusWords(message.value)}${output}`;
  }
  return `error running ${name} hook #${index}: ${op.path}: ${errnoReason(message.errno)} (could not ${message.step})`;
}

/** wait(2) status → "exit status 1" or "signal 9". */
export function waitStatusWords(status: number): string {
  const signal = status & 0x7f;
  return signal === 0 ? `exit status ${(status >> 8) & 0xff}` : `signal ${signal}`;
}

/**
 * What init sends over the start socket when the program could not be started. `start` has no plan at hand,
 * so init says in the text what it was about.
 */
export function decodeStartFailure(bytes: Uint8Array): RuntimeError {
  const message = decodeMessage(bytes);
  const output = message.text === "" ? "" : `: ${message.text}`;
  if (message.step === "hook failed") {
    return new RuntimeError(
      "hook",
      `error running startContainer hook: ${waitStatusWords(message.value)}${output}`,
    );
  }
  if (message.step === "hook timed out") {
    return new RuntimeError(
      "hook",
      `error running startContainer hook: hook ran past specified timeout${output}`,
    );
  }
  const details = { errno: message.errno === 0 ? undefined : message.errno };
  return new RuntimeError(
    message.step === "execute" ? "executable" : "syscall",
    `cannot start the container process: could not ${message.step}: ${errnoReason(message.errno)}${output}`,
    details,
  );
}
