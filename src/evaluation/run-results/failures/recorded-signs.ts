/** Signs of failures that can be read off an item itself: no answer, tools that failed, returned nothing or were called again. */
import type { EvaluationItem, ItemToolCall } from "../../../model/evaluation.ts";
import type { JsonValue } from "../../../model/session.ts";
import { excerptOf } from "../../rules/reading/excerpt-of.ts";
import { toJsonText } from "../../rules/reading/json-leaves.ts";
import { handsOver } from "../../rules/reading/tool-effect.ts";
import type { FailureSign } from "./failure-sign.ts";
import type { FailureSubcategoryId } from "./failure-taxonomy.ts";

/** Of what does not apply to the item, such as tools of one without calls, nothing is said. */
export function signsOfRecord(item: EvaluationItem): readonly FailureSign[] {
  const { toolCalls = [] } = item;
  return [
    ...missingAnswer(item),
    ...emptyRetrieval(item),
    ...(toolCalls.length === 0 ? [] : [toolErrors(toolCalls), repeatedCalls(toolCalls), ...missingResults(toolCalls)]),
  ];
}

/** Who hands over to a person is done; who acts last may have been asked for no more than that. */
function missingAnswer({ output, toolCalls = [] }: EvaluationItem): readonly FailureSign[] {
  if (output.trim() !== "") return [passed("no_answer")];
  const last = toolCalls.at(-1);
  if (last === undefined || last.error !== undefined) return [failed("no_answer", 4, 0.95, "There is no answer.")];
  if (handsOver(last.name)) return [];
  const rationale = "There is no answer; the last thing that happened was a call that did not fail.";
  return [failed("no_answer", 3, 0.5, rationale, [excerptOf(last.name, 200)])];
}

function emptyRetrieval({ context, toolCalls = [] }: EvaluationItem): readonly FailureSign[] {
  // An empty text is not what a search finds, but what a tool says that has nothing to say.
  const results = toolCalls.flatMap(({ result = "" }) => (isBlank(result) ? [] : [result]));
  if (context.length === 0 && results.length === 0) return [];
  if (context.some((text) => text.trim() !== "") || results.some((result) => !isEmpty(result)))
    return [passed("empty_retrieval")];
  return [failed("empty_retrieval", 3, 0.8, "Everything that was looked up came back empty.")];
}

const isBlank = (value: JsonValue): boolean => typeof value === "string" && value.trim() === "";

function isEmpty(value: JsonValue): boolean {
  if (value === null) return true;
  if (typeof value === "string") return ["[]", "{}", "null"].includes(value.trim());
  return typeof value === "object" && Object.keys(value).length === 0;
}

/** Minor where the same tool worked later on; else severe. */
function toolErrors(calls: readonly ItemToolCall[]): FailureSign {
  const errors = calls.filter(({ error }) => error !== undefined);
  if (errors.length === 0) return passed("tool_error");
  const worked = new Map(calls.flatMap(({ name, error }, at) => (error === undefined ? [[name, at] as const] : [])));
  const left = calls.filter(({ name, error }, at) => error !== undefined && (worked.get(name) ?? -1) < at);
  const evidence = (left.length > 0 ? left : errors).slice(0, 3).map(quoteError);
  return left.length > 0
    ? failed(
        "tool_error",
        4,
        0.95,
        `${errors.length} of ${calls.length} calls failed, and were not made good.`,
        evidence,
      )
    : failed(
        "tool_error",
        1,
        0.95,
        `${errors.length} of ${calls.length} calls failed; the tool worked later.`,
        evidence,
      );
}

const quoteError = ({ name, error = "" }: ItemToolCall): string => excerptOf(`${name}: ${error}`, 200);

/** The same tool with the same arguments, after it had worked. */
function repeatedCalls(calls: readonly ItemToolCall[]): FailureSign {
  const times = new Map<string, number>();
  for (const { name, arguments: given, error } of calls) {
    const call = `${name} ${toJsonText(given)}`;
    if (error === undefined) times.set(call, (times.get(call) ?? 0) + 1);
  }
  const [call, count] = [...times].reduce((most, each) => (each[1] > most[1] ? each : most), ["", 1]);
  if (count === 1) return passed("unnecessary_tool_use");
  const severity = count > 2 ? 3 : 2;
  return failed("unnecessary_tool_use", severity, 0.8, `The same call was made ${count} times.`, [
    excerptOf(call, 200),
  ]);
}

/** It may only not have been recorded. */
function missingResults(calls: readonly ItemToolCall[]): readonly FailureSign[] {
  const open = calls.filter(({ result, error }) => result === undefined && error === undefined);
  if (open.length === 0) return [passed("missing_tool_result")];
  const evidence = open.slice(0, 3).map(({ name }) => excerptOf(name, 200));
  return [failed("missing_tool_result", 2, 0.5, `Of ${open.length} calls no answer was recorded.`, evidence)];
}

const failed = (
  subcategory: FailureSubcategoryId,
  severity: number,
  confidence: number,
  rationale: string,
  evidence: readonly string[] = [],
): FailureSign => ({
  subcategory,
  says: "fail",
  severity,
  confidence,
  detector: "deterministic",
  rationale,
  evidence,
});

const passed = (subcategory: FailureSubcategoryId): FailureSign => ({
  ...failed(subcategory, 0, 0.95, "Nothing of it was recorded."),
  says: "pass",
});
