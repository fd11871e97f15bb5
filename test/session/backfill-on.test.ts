import { expect, it } from "vitest";
import { backfill } from "../../src/session/backfill.ts";
import type { FilledDrafts } from "../../src/session/backfill.ts";
import type { RecordEntry } from "../../src/session/history-record.ts";
import type { TurnDraft } from "../../src/session/turn-draft.ts";
import { seededRandom } from "../support/seeded-random.ts";

const random = seededRandom(1);
const below = (count: number) => Math.floor(random() * count);
const said = (text: string) => ({ role: "user", text, calls: [], results: [] }) as const;

function draftOf(text: string): TurnDraft {
  const reply = ["x", "xy", "yx", undefined][below(4)];
  return {
    calls: [],
    wrappers: [],
    tools: [],
    traceIds: [],
    attempts: [],
    messages: [],
    start: "wrapper",
    aborted: false,
    inferred: false,
    userMessages: below(9) === 0 ? [] : [said(text)],
    ...(reply === undefined ? {} : { reply }),
  };
}

function entryOf(text: string): RecordEntry {
  const reply = ["x", "xy", "z", undefined][below(4)];
  return { user: said(text), messages: [], until: 0, ...(reply === undefined ? {} : { reply }) };
}

/** The list as it is a little later: longer, its last one another one, and sometimes one of it gone. */
function later<Value>(values: readonly Value[], length: number, last: Value): readonly Value[] {
  const list = values.slice(0, length);
  if (below(3) === 0 && list.length > 0) list[list.length - 1] = last;
  if (below(8) === 0) list.splice(below(list.length + 1), 1);
  return list;
}

it("drafts that are filled on and on are filled as all at once", () => {
  let goneOn = 0;
  for (let round = 0; round < 2000; round += 1) {
    const texts = Array.from({ length: below(14) }, () => `t${below(round % 2 === 0 ? 3 : 50)}`);
    const drafts = texts.flatMap((text) => (below(9) === 0 ? [] : [draftOf(text)]));
    const record = texts.flatMap((text) => (below(9) === 0 ? [] : [entryOf(below(9) === 0 ? "other" : text)]));
    let before: FilledDrafts | undefined;
    for (let length = below(4); length < 14; length += below(4) + 1) {
      const bare = later(drafts, length, draftOf("t1"));
      const entries = later(record, length, entryOf("t1"));
      const filled = backfill(bare, entries, before);
      expect(filled).toEqual(backfill(bare, entries));
      if (before !== undefined && filled.tail === before.tail) goneOn += 1;
      before = filled;
    }
  }
  expect(goneOn).toBeGreaterThan(100);
});
