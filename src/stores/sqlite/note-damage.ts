/** Damage that readers found, of which the server is told once, whoever finds it again. */
import type { DamagedRecord } from "../../component/store.ts";
import type { FoundDamage } from "./mend-log.ts";

/** Beyond so many, more would tell nobody more. */
const MAX_NOTED = 10_000;

export function createNoteDamage(onDamage: (damage: FoundDamage) => void) {
  const noted = new Set<string>();
  return {
    noteDamage(records: readonly DamagedRecord[]): void {
      for (const record of records) {
        const message = messageOf(record);
        if (noted.has(message) || noted.size >= MAX_NOTED) continue;
        noted.add(message);
        onDamage({ message, remedy });
      }
    },
  };
}

const remedy =
  "What is built goes without it. Restore a backup, or have it sent again, which replaces a span; and check the disk: bits do not flip by themselves.";

/** Of what agents wrote only the ids, which are hexadecimal. */
function messageOf({ kind, number, traceId, spanId }: DamagedRecord): string {
  const ids = [`number ${number}`, ...(spanId === undefined ? [] : [`span id ${spanId}`])];
  const trace = traceId === undefined ? "" : ` of trace ${traceId}`;
  return `A stored ${kind.replace("_", " ")}${trace} is damaged (${ids.join(", ")}).`;
}
