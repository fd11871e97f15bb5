import { fieldsOf, member, textOf } from "../../json.ts";
import { ownScope } from "../../scope.ts";
import { currentTracing } from "../../tracing.ts";
import type { Begin } from "./begin.ts";
import { beginAgent } from "./begin-agent.ts";
import { beginFunction } from "./begin-function.ts";
import { beginGeneration } from "./begin-generation.ts";
import { beginOther } from "./begin-other.ts";
import { errorOf } from "./error-of.ts";
import { keepRecording, type Recording, scopeUnder } from "./recording.ts";

/** The SDK's own grouping of what an agent does is passed over. */
const passOver: Begin = ({ around }) => ({ scope: around });

const begins: ReadonlyMap<string, Begin> = new Map([
  ["agent", beginAgent],
  ["function", beginFunction],
  ["generation", beginGeneration],
  ["response", beginGeneration],
  ["task", passOver],
  ["turn", passOver],
]);

/** Begins what one of the SDK's spans is for us; `parent` is the SDK's span or trace that it is in. */
export function beginSpan(span: object, parent: unknown): void {
  const tracing = currentTracing();
  if (tracing === undefined) return;
  const data = fieldsOf(member(span, "spanData"));
  const begin = begins.get(textOf(data["type"]) ?? "") ?? beginOther;
  const told: Pick<Recording, "error"> = {};
  const error = (): Error | undefined => (told.error === undefined ? undefined : errorOf(told.error));
  const begun = begin({ tracing, data, around: scopeUnder(parent), error });
  keepRecording(span, Object.assign(told, { outer: ownScope().span, ...begun }));
}
