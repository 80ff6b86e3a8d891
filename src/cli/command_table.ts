/**
 * The whole command line as data. The parser, the help texts, the suggestions and the types of the options
 * all come from this table, so a new command is one row here, one line in `commands.ts` and one file in
 * `commands/`.
 */

/** `boolOrAuto` takes a value (`true`, `false` or `auto`); the plural kinds may be given several times. */
export type OptionKind = "boolean" | "boolOrAuto" | "string" | "int" | "strings" | "ints";

export interface OptionRow {
  readonly name: string;
  readonly short?: string;
  readonly kind: OptionKind;
  /** What help shows for the value; every kind but boolean has one. */
  readonly valueName?: string;
  readonly default?: string | number;
  /** The only values taken. The empty string stands for the default, as in runc. */
  readonly choices?: readonly string[];
  /** How the error about a value outside `choices` begins, where callers know runc's words for it. */
  readonly badChoice?: string;
  readonly summary: string;
  readonly hidden?: boolean;
}

export interface CommandRow {
  readonly summary: string;
  /** Names for the usage line; the counts decide. `container-id` must not be empty. */
  readonly positionals: { readonly names: readonly string[]; readonly min: number; readonly max: number };
  /** Everything after the first positional belongs to the program to run, dashes included. */
  readonly passThrough?: boolean;
  /** Put before the message of every failure after parsing; engines show it to people. */
  readonly failurePrefix?: string;
  /** Exit status of a failure after parsing, when it is not 1. */
  readonly failureStatus?: number;
  readonly options: readonly OptionRow[];
}

/** Every command has it, so the rows do not repeat it. */
export const helpOption = {
  name: "help",
  short: "h",
  kind: "boolean",
  summary: "show help",
} as const satisfies OptionRow;

export const globalOptions = [
  { name: "debug", kind: "boolean", summary: "log more, warnings and internal steps included" },
  { name: "log", kind: "string", valueName: "FILE", summary: "append the log to FILE instead of stderr" },
  {
    name: "log-format",
    kind: "string",
    valueName: "FORMAT",
    default: "text",
    choices: ["text", "json"],
    badChoice: "invalid log-format",
    summary: "form of the log lines",
  },
  {
    name: "root",
    kind: "string",
    valueName: "DIR",
    summary: "directory of the container states (/run/tsrunc, or tsrunc in $XDG_RUNTIME_DIR when rootless)",
  },
  { name: "systemd-cgroup", kind: "boolean", summary: "let systemd create the cgroup (slice:prefix:name)" },
  {
    name: "rootless",
    kind: "boolOrAuto",
    valueName: "BOOL|auto",
    default: "auto",
    summary: "whether missing cgroup permissions are forgiven",
  },
  { name: "version", short: "v", kind: "boolean", summary: "show the version" },
  helpOption,
] as const satisfies readonly OptionRow[];

const containerId = { names: ["container-id"], min: 1, max: 1 } as const;
const noPositionals = { names: [], min: 0, max: 0 } as const;

const bundle = {
  name: "bundle",
  short: "b",
  kind: "string",
  valueName: "DIR",
  summary: "directory that holds config.json (the working directory when not given)",
} as const satisfies OptionRow;

const createOptions = [
  bundle,
  {
    name: "console-socket",
    kind: "string",
    valueName: "PATH",
    summary: "unix socket that receives the master end of the container's terminal",
  },
  {
    name: "pidfd-socket",
    kind: "string",
    valueName: "PATH",
    summary: "unix socket that receives a pidfd of the container's process",
  },
  { name: "pid-file", kind: "string", valueName: "FILE", summary: "write the process id to FILE" },
  {
    name: "no-pivot",
    kind: "boolean",
    summary: "enter the rootfs without pivot_root (for a ramdisk; less safe)",
  },
  { name: "no-new-keyring", kind: "boolean", summary: "keep the caller's session keyring" },
  {
    name: "preserve-fds",
    kind: "int",
    valueName: "N",
    default: 0,
    summary: "hand N more file descriptors to the container, from 3 (plus LISTEN_FDS) upwards",
  },
] as const satisfies readonly OptionRow[];

const textOrJson = {
  name: "format",
  short: "f",
  kind: "string",
  valueName: "FORMAT",
  default: "text",
  choices: ["text", "json"],
  badChoice: "invalid format option",
  summary: "form of the output",
} as const satisfies OptionRow;

const updateOptions = [
  {
    name: "resources",
    short: "r",
    kind: "string",
    valueName: "FILE",
    summary: "resources object of config.json to take instead of the flags; - is stdin",
  },
  { name: "blkio-weight", kind: "int", valueName: "N", summary: "weight of block I/O, 10 to 1000" },
  { name: "cpu-period", kind: "string", valueName: "USEC", summary: "length of a period of the cpu quota" },
  { name: "cpu-quota", kind: "string", valueName: "USEC", summary: "cpu time in a period, -1 for no limit" },
  { name: "cpu-burst", kind: "string", valueName: "USEC", summary: "unused quota that may be saved up" },
  { name: "cpu-share", kind: "string", valueName: "N", summary: "weight of cpu time, 2 to 262144" },
  {
    name: "cpu-rt-period",
    kind: "string",
    valueName: "USEC",
    summary: "length of a period of the realtime quota",
  },
  { name: "cpu-rt-runtime", kind: "string", valueName: "USEC", summary: "realtime cpu time in a period" },
  { name: "cpu-idle", kind: "string", valueName: "0|1", summary: "1: run only when nothing else wants to" },
  { name: "cpuset-cpus", kind: "string", valueName: "LIST", summary: "cpus to use, as in 0-2,7" },
  { name: "cpuset-mems", kind: "string", valueName: "LIST", summary: "memory nodes to use" },
  {
    name: "memory",
    kind: "string",
    valueName: "BYTES",
    summary: "memory limit, with k, m or g; -1 for none",
  },
  { name: "memory-reservation", kind: "string", valueName: "BYTES", summary: "memory kept under pressure" },
  { name: "memory-swap", kind: "string", valueName: "BYTES", summary: "limit of memory and swap together" },
  { name: "kernel-memory", kind: "string", valueName: "BYTES", summary: "ignored", hidden: true },
  { name: "kernel-memory-tcp", kind: "string", valueName: "BYTES", summary: "ignored", hidden: true },
  { name: "pids-limit", kind: "int", valueName: "N", summary: "number of processes, -1 for no limit" },
  { name: "l3-cache-schema", kind: "string", valueName: "SCHEMA", summary: "resctrl schema of the L3 cache" },
  {
    name: "mem-bw-schema",
    kind: "string",
    valueName: "SCHEMA",
    summary: "resctrl schema of memory bandwidth",
  },
] as const satisfies readonly OptionRow[];

/** In the order in which help lists them: the life of a container, then the tools around it. */
export const commandTable = {
  create: {
    summary: "create a container from a bundle, without running its program yet",
    positionals: containerId,
    failurePrefix: "tsrunc create failed: ",
    options: createOptions,
  },
  start: {
    summary: "run the program of a created container",
    positionals: containerId,
    options: [],
  },
  run: {
    summary: "create and start a container, and wait for it",
    positionals: containerId,
    failurePrefix: "tsrunc run failed: ",
    options: [
      ...createOptions,
      { name: "detach", short: "d", kind: "boolean", summary: "do not wait for the container" },
      { name: "keep", kind: "boolean", summary: "do not delete the container when it has exited" },
      { name: "no-subreaper", kind: "boolean", summary: "do not become the reaper of orphaned processes" },
    ],
  },
  state: {
    summary: "print the state of a container as JSON",
    positionals: containerId,
    options: [],
  },
  list: {
    summary: "list the containers under the state root",
    positionals: noPositionals,
    options: [
      {
        name: "format",
        short: "f",
        kind: "string",
        valueName: "FORMAT",
        default: "table",
        choices: ["table", "json"],
        badChoice: "invalid format option",
        summary: "form of the list",
      },
      { name: "quiet", short: "q", kind: "boolean", summary: "print ids only" },
    ],
  },
  kill: {
    summary: "send a signal to a container (SIGTERM when none is given)",
    positionals: { names: ["container-id", "signal"], min: 1, max: 2 },
    options: [
      {
        name: "all",
        short: "a",
        kind: "boolean",
        summary: "signal every process of the container; a stopped container is no error",
        hidden: true,
      },
    ],
  },
  delete: {
    summary: "delete what a container left behind",
    positionals: containerId,
    options: [
      {
        name: "force",
        short: "f",
        kind: "boolean",
        summary: "kill the container first when it still runs; an unknown container is no error",
      },
    ],
  },
  pause: {
    summary: "stop every process of a container for a while",
    positionals: containerId,
    options: [],
  },
  resume: {
    summary: "let the processes of a paused container go on",
    positionals: containerId,
    options: [],
  },
  exec: {
    summary: "run a further process in a container",
    positionals: { names: ["container-id", "command", "args"], min: 1, max: Number.POSITIVE_INFINITY },
    passThrough: true,
    failurePrefix: "exec failed: ",
    failureStatus: 255,
    options: [
      {
        name: "process",
        short: "p",
        kind: "string",
        valueName: "FILE",
        summary: "file with the process object to run",
      },
      {
        name: "console-socket",
        kind: "string",
        valueName: "PATH",
        summary: "unix socket that receives the terminal",
      },
      {
        name: "pidfd-socket",
        kind: "string",
        valueName: "PATH",
        summary: "unix socket that receives a pidfd of the process",
      },
      { name: "cwd", kind: "string", valueName: "DIR", summary: "working directory in the container" },
      {
        name: "env",
        short: "e",
        kind: "strings",
        valueName: "NAME=VALUE",
        summary: "add a variable to the environment",
      },
      { name: "tty", short: "t", kind: "boolean", summary: "give the process a terminal" },
      { name: "user", short: "u", kind: "string", valueName: "UID[:GID]", summary: "ids of the process" },
      {
        name: "additional-gids",
        short: "g",
        kind: "ints",
        valueName: "GID",
        summary: "add a supplementary group",
      },
      { name: "detach", short: "d", kind: "boolean", summary: "return when the process runs" },
      { name: "pid-file", kind: "string", valueName: "FILE", summary: "file to write the process id to" },
      { name: "process-label", kind: "string", valueName: "LABEL", summary: "SELinux label of the process" },
      { name: "apparmor", kind: "string", valueName: "PROFILE", summary: "AppArmor profile of the process" },
      { name: "no-new-privs", kind: "boolean", summary: "set no_new_privs for the process" },
      { name: "cap", short: "c", kind: "strings", valueName: "CAP", summary: "add a capability" },
      {
        name: "preserve-fds",
        kind: "int",
        valueName: "N",
        default: 0,
        summary: "pass on N file descriptors from 3 up",
      },
      {
        name: "cgroup",
        kind: "strings",
        valueName: "PATH",
        summary: "run in a cgroup below the container's",
      },
      { name: "ignore-paused", kind: "boolean", summary: "allow it in a paused container" },
    ],
  },
  ps: {
    summary: "list the processes of a container",
    positionals: { names: ["container-id", "ps options"], min: 1, max: Number.POSITIVE_INFINITY },
    passThrough: true,
    options: [
      {
        name: "format",
        short: "f",
        kind: "string",
        valueName: "FORMAT",
        default: "table",
        choices: ["table", "json"],
        badChoice: "invalid format option",
        summary: "form of the list",
      },
    ],
  },
  events: {
    summary: "print statistics and out-of-memory events of a container as JSON lines",
    positionals: { names: ["container-id", "more ids"], min: 1, max: Number.POSITIVE_INFINITY },
    options: [
      {
        name: "interval",
        kind: "string",
        valueName: "DURATION",
        default: "5s",
        summary: "time between statistics, as in 5s, 100ms or 1m30s",
      },
      { name: "stats", kind: "boolean", summary: "print statistics once; takes several containers" },
      {
        name: "format",
        short: "f",
        kind: "string",
        valueName: "FORMAT",
        default: "json",
        choices: ["table", "json"],
        badChoice: "invalid format option",
        summary: "form of the output of --stats",
      },
    ],
  },
  update: {
    summary: "change the limits of a container",
    positionals: containerId,
    options: updateOptions,
  },
  spec: {
    summary: "write a config.json to start from",
    positionals: noPositionals,
    options: [
      bundle,
      { name: "rootless", kind: "boolean", summary: "write it for a user without privileges" },
    ],
  },
  features: {
    summary: "tell what this runtime can do, as the features document of the runtime-spec",
    positionals: noPositionals,
    options: [],
  },
  plan: {
    summary: "show what create would do with a bundle, step by step, and do none of it",
    positionals: noPositionals,
    options: [bundle, textOrJson],
  },
  validate: {
    summary: "check the config.json of a bundle and list every problem",
    positionals: noPositionals,
    options: [bundle, textOrJson],
  },
} as const satisfies Readonly<Record<string, CommandRow>>;

export type CommandName = keyof typeof commandTable;

/** The names in help order. */
export const commandNames = Object.keys(commandTable) as readonly CommandName[];

/** The row of a command behind the common type, for code that walks the table. */
export function commandRow(name: CommandName): CommandRow {
  return commandTable[name];
}

export function isCommandName(name: string): name is CommandName {
  return Object.hasOwn(commandTable, name);
}

type MaybeUnset<R extends OptionRow> = R extends { readonly default: string | number } ? never : undefined;

type StringValue<R extends OptionRow> = R extends { readonly choices: readonly (infer C)[] } ? C : string;

type OptionValue<R extends OptionRow> = {
  boolean: boolean;
  boolOrAuto: boolean | "auto";
  string: StringValue<R> | MaybeUnset<R>;
  int: number | MaybeUnset<R>;
  strings: readonly string[];
  ints: readonly number[];
}[R["kind"]];

type OptionValues<Rows extends readonly OptionRow[]> = {
  readonly [R in Rows[number] as R["name"]]: OptionValue<R>;
};

/** The parsed options of a command, keyed by the long name of the flag as people write it. */
export type OptionsOf<N extends CommandName> = OptionValues<(typeof commandTable)[N]["options"]>;

export type ParsedGlobals = OptionValues<typeof globalOptions>;
