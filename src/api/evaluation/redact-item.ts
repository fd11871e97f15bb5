/** Items hold what agents and people said: what is to go from messages before they are stored goes from items, too. */
import type { EvaluationItem, ItemToolCall } from "../../model/evaluation.ts";
import type { JsonValue } from "../../model/session.ts";
import type { Redactor } from "../../redaction/redactor.ts";

type Items = Iterable<EvaluationItem> | AsyncIterable<EvaluationItem>;

/** Keys stay: runs are compared by them. */
export async function* redactItems(items: Items, redactors: readonly Redactor[]): AsyncGenerator<EvaluationItem> {
  for await (const item of items) yield redactors.reduce(redactItem, item);
}

export function redactItem(item: EvaluationItem, redactor: Redactor): EvaluationItem {
  const { instructions, expected, history, toolCalls } = item;
  const text = (given: string): string => redactor.text(given);
  return {
    ...item,
    input: text(item.input),
    output: text(item.output),
    context: item.context.map(text),
    ...(instructions !== undefined && { instructions: text(instructions) }),
    ...(expected && { expected: expected.map(text) }),
    ...(history && {
      history: history.map(({ user, assistant }) => ({
        user: text(user),
        ...(assistant === undefined ? {} : { assistant: text(assistant) }),
      })),
    }),
    ...(toolCalls && { toolCalls: toolCalls.map((call) => redactCall(call, redactor)) }),
    metadata: redactJson(item.metadata, redactor),
  };
}

const redactCall = ({ name, result, error, ...call }: ItemToolCall, redactor: Redactor): ItemToolCall => ({
  name,
  arguments: redactJson(call.arguments, redactor),
  ...(result === undefined ? {} : { result: redactJson(result, redactor) }),
  ...(error === undefined ? {} : { error: redactor.text(error) }),
});

/** As JSON text, which stays JSON. In a list, as a text or a number by itself may become what is none. */
function redactJson<Value extends JsonValue>(value: Value, redactor: Redactor): Value {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a list of one, as it was: only texts and numbers change
  const [redacted] = JSON.parse(redactor.text(JSON.stringify([value]))) as [Value];
  return redacted;
}
