import type { FieldKind, OpName, ops, SlotName } from "./ops.ts";

type FieldValue<K extends FieldKind> = K extends "u32" | "i32"
  ? number
  : K extends "u64" | "i64"
    ? bigint
    : K extends "slot"
      ? SlotName
      : K extends "str"
        ? string
        : K extends "bytes"
          ? Uint8Array
          : K extends "strs"
            ? readonly string[]
            : readonly number[];

/** The fields of one operation, as the planners write them. */
export type OpFields<N extends OpName> = {
  readonly [F in keyof (typeof ops)[N]["fields"]]: (typeof ops)[N]["fields"][F] extends FieldKind
    ? FieldValue<(typeof ops)[N]["fields"][F]>
    : never;
};

/**
 * One step of the plan: a plain record. `at` is the JSON pointer into config.json it came from; it never
 * travels, init reports the index of the op and tsrunc looks the pointer up.
 */
export type Op = { [N in OpName]: { readonly op: N; readonly at: string } & OpFields<N> }[OpName];

/** Makes an op; the types tie the fields to the name. */
export function op<N extends OpName>(name: N, at: string, fields: OpFields<N>): Op {
  return { op: name, at, ...fields } as unknown as Op;
}
