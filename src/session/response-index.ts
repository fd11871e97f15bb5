/**
 * Responses tie traces together: a request names the one that it goes on from, and a request that two traces tell of is one.
 * `Group`: whatever traces are gathered in.
 */
import type { Call } from "./call.ts";
import { questionKeyOf, isSameRecord } from "./same-record.ts";
import { areTogether } from "./recorder.ts";

export interface ResponseIndex<Group> {
  /** The groups that have a response from which one of the calls goes on, the last first. */
  findPrevious(calls: readonly Call[]): readonly Group[];
  /** The groups that have one of the calls, as another trace recorded it. */
  findSame(calls: readonly Call[]): readonly Group[];
  add(calls: readonly Call[], group: Group): void;
}

export function createResponseIndex<Group>(): ResponseIndex<Group> {
  const byId = new Map<string, Entry<Group>[]>();
  const byQuestion = new Map<string, Entry<Group>[]>();

  /** Small servers give one id to all their answers, and many ask the same: the last ones are looked at. */
  const lastOf = (entries: readonly Entry<Group>[] = []) => entries.slice(-maxOpen);

  return {
    findPrevious(calls) {
      const ids = calls.flatMap(({ operation }) => operation.previousResponseId ?? []);
      return ids.flatMap((id) => lastOf(byId.get(id)).map(({ group }) => group)).reverse();
    },
    findSame(calls) {
      return calls.flatMap((call) => {
        const named = lastOf(byId.get(call.operation.responseId ?? ""));
        const alike = lastOf(byQuestion.get(questionKeyOf(call) ?? ""));
        const same = [...named, ...alike].filter((entry) => isSameAtOnce(entry.call, call));
        return same.map(({ group }) => group);
      });
    },
    add(calls, group) {
      for (const call of calls) {
        const { responseId } = call.operation;
        if (responseId !== undefined) addTo(byId, responseId, { call, group });
        const question = questionKeyOf(call);
        if (question !== undefined) addTo(byQuestion, question, { call, group });
      }
    },
  };
}

/** Two customers may get the same answer under the same id, but not at the same time. */
function isSameAtOnce(a: Call, b: Call): boolean {
  return areTogether(a.operation.span, b.operation.span) && isSameRecord(a, b);
}

interface Entry<Group> {
  readonly call: Call;
  readonly group: Group;
}

const maxOpen = 32;

function addTo<Value>(lists: Map<string, Value[]>, key: string, value: Value): void {
  const known = lists.get(key);
  if (known === undefined) lists.set(key, [value]);
  else known.push(value);
}
