import { RuntimeError } from "../errors.ts";
import { ByteWriter } from "./byte_writer.ts";
import { type FieldKind, ops, planMagic, planVersion, type SlotName, slotNames } from "./ops.ts";
import type { Op } from "./plan.ts";

/** Which descriptor number stands behind each slot of the plan. */
export type SlotNumbers = Partial<Readonly<Record<SlotName, number>>>;

/**
 * Plan → bytes, as `native/plan_reader.c` reads them.
 *
 * @throws RuntimeError `internal` when a field is out of range or a slot that an op uses has no descriptor.
 */
export function encodePlan(plan: readonly Op[], slots: SlotNumbers): Uint8Array {
  const writer = new ByteWriter();
  writer.u32(planMagic);
  writer.u32(planVersion);
  const lengthOffset = writer.length;
  writer.u32(0);
  writer.u32(slotNames.length);
  writer.u32(plan.length);
  for (const name of slotNames) writer.i32(slots[name] ?? -1);
  for (const op of plan) encodeOp(writer, op, slots);
  writer.patchU32(lengthOffset, writer.length);
  return writer.finish();
}

function encodeOp(writer: ByteWriter, op: Op, slots: SlotNumbers): void {
  const definition = ops[op.op];
  writer.u16(definition.number);
  writer.u16(0);
  const lengthOffset = writer.length;
  writer.u32(0);
  const values = op as unknown as Readonly<Record<string, unknown>>;
  for (const [field, kind] of Object.entries(definition.fields)) {
    encodeField(writer, kind as FieldKind, values[field], slots);
  }
  writer.patchU32(lengthOffset, writer.length - lengthOffset - 4);
}

function encodeField(writer: ByteWriter, kind: FieldKind, value: unknown, slots: SlotNumbers): void {
  switch (kind) {
    case "u32":
      writer.u32(value as number);
      return;
    case "i32":
      writer.i32(value as number);
      return;
    case "u64":
      writer.u64(value as bigint);
      return;
    case "i64":
      writer.i64(value as bigint);
      return;
    case "str":
      writer.str(value as string);
      return;
    case "bytes":
      writer.bytes(value as Uint8Array);
      return;
    case "slot":
      encodeSlot(writer, value as SlotName, slots);
      return;
    case "strs": {
      const list = value as readonly string[];
      writer.u32(list.length);
      for (const item of list) writer.str(item);
      return;
    }
    case "u32s": {
      const list = value as readonly number[];
      writer.u32(list.length);
      for (const item of list) writer.u32(item);
      return;
    }
    default:
      kind satisfies never;
  }
}

/** On cgroup v1 there is nothing to clone into; init sees -1 and does without. */
const optionalSlots: ReadonlySet<SlotName> = new Set(["none", "cgroup"]);

function encodeSlot(writer: ByteWriter, name: SlotName, slots: SlotNumbers): void {
  if (slots[name] === undefined && !optionalSlots.has(name)) {
    throw new RuntimeError("internal", `the plan uses the descriptor "${name}", which is not open`);
  }
  writer.u32(slotNames.indexOf(name));
}
