/** A trace as Valiqor's SDK sends it (VQ-3), as items: one for each turn of its messages, with what was retrieved as context. */
import { createHash } from "node:crypto";
import type { EvaluationItem } from "../../model/evaluation.ts";
import type { BuiltSession, JsonValue, Turn } from "../../model/session.ts";
import { memberOf } from "../rules/reading/json-leaves.ts";
import { boundedContext } from "./bounded-item.ts";
import { documentsOf, documentsOfRetrieval } from "./documents-of.ts";
import { itemOfTurn } from "./items-of-session.ts";

export interface ValiqorTrace {
  readonly trace_id?: string;
  readonly messages: readonly JsonValue[];
  /** By id. */
  readonly spans?: { readonly [id: string]: JsonValue };
  /** Texts, objects with a text, or lists of documents; what exactly Valiqor sends is not public. */
  readonly retrievals?: readonly JsonValue[];
}

/** Of a trace without an id keys are made of the turns' inputs. `session` is what was built of the trace's messages. */
export function itemsOfTrace(trace: ValiqorTrace, session: BuiltSession): readonly EvaluationItem[] {
  const retrieved = retrievedByTurn(trace, session);
  return session.turns.flatMap((turn) => {
    const built = itemOfTurn(trace.trace_id ?? "", session, turn);
    if (built === undefined) return [];
    const { origin: _, ...item } = built;
    const documents = retrieved.get(turn.turn) ?? [];
    const key = trace.trace_id === undefined ? keyOfInput(turn) : item.key;
    return [{ ...item, key, context: boundedContext([...new Set([...documents, ...item.context])]) }];
  });
}

const keyOfInput = ({ turn, userContent }: Turn): string =>
  createHash("sha256")
    .update(JSON.stringify([turn, userContent]))
    .digest("hex")
    .slice(0, 32);

/** By turn. */
function retrievedByTurn(trace: ValiqorTrace, { turns }: BuiltSession): ReadonlyMap<number, readonly string[]> {
  const documents = new Map<number, string[]>();
  const starts = turns.map((turn) => ({ turn: turn.turn, time: timeOf(trace.messages[turn.messageIndex ?? -1]) }));
  for (const { time, texts } of retrievalsOf(trace)) {
    const turn = turnAt(time, starts);
    if (turn !== undefined) documents.set(turn, [...(documents.get(turn) ?? []), ...texts]);
  }
  return documents;
}

interface Retrieval {
  readonly time: number | undefined;
  readonly texts: readonly string[];
}

/** As listed; where none is, what the spans of that stage returned. */
function retrievalsOf({ retrievals = [], spans = {} }: ValiqorTrace): readonly Retrieval[] {
  const listed = retrievals.map((value) => ({ time: timeOf(value), texts: documentsOfRetrieval(value) }));
  if (listed.some(({ texts }) => texts.length > 0)) return listed;
  return Object.values(spans)
    .filter((span) => stages.some((name) => memberOf(span, name) === "retrieval"))
    .map((span) => ({
      time: timeOf(span),
      texts: outputs.flatMap((name) => documentsOf(memberOf(span, name) ?? null)),
    }));
}

const stages = ["stage", "type", "kind"];
const outputs = ["documents", "output", "outputs", "result"];
const times = ["timestamp", "start_time", "started_at", "created_at"];

/** Milliseconds; undefined where no time is told. Numbers are seconds, or milliseconds when they would be too late for that. */
function timeOf(value: JsonValue | undefined): number | undefined {
  const told = times.map((name) => memberOf(value, name)).find((each) => each !== undefined && each !== null);
  if (typeof told === "number") return told < 1e11 ? told * 1_000 : told;
  const time = typeof told === "string" ? Date.parse(told) : NaN;
  return Number.isNaN(time) ? undefined : time;
}

/** The last one that had begun. Where times are not told: the last one, which the trace is of. */
function turnAt(
  time: number | undefined,
  starts: readonly { readonly turn: number; readonly time: number | undefined }[],
): number | undefined {
  const begun = time === undefined ? [] : starts.filter((start) => start.time !== undefined && start.time <= time);
  return (begun.at(-1) ?? starts.at(-1))?.turn;
}
