import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createIndexedMessageReader } from "../../src/dialects/indexed-messages.ts";
import type { AttributeValue } from "../../src/model/span.ts";
import type { JsonValue } from "../../src/model/session.ts";

const asIs = (element: JsonValue): JsonValue => element;
const entriesOf = (texts: readonly string[]): [string, AttributeValue][] =>
  texts.flatMap((text, at) => [
    [`p.${at}.role`, at % 2 === 0 ? "user" : "assistant"],
    [`p.${at}.content`, text],
  ]);
const textsOf = (attributes: ReadonlyMap<string, AttributeValue>, read = createIndexedMessageReader()) =>
  read(attributes, "p.", asIs).map(({ text }) => text);

describe("flattened message lists", () => {
  it("are sorted by number, not by text", () => {
    const texts = Array.from({ length: 12 }, (_, at) => `m${at}`);
    const attributes = new Map(entriesOf(texts).reverse());
    expect(textsOf(attributes)).toEqual(texts);
  });

  it("have no gaps and no empty entries", () => {
    const attributes = new Map<string, AttributeValue>([
      ["p.5.role", "user"],
      ["p.5.content", "b"],
      ["p.0.content", null],
      ["p.1.content", "a"],
      ["p.2", "no path"],
      ["p.x.content", "no index"],
      ["p.-1.content", "no index"],
      ["p.99999999999.content", "beyond any list"],
      ["q.0.content", "another family"],
    ]);
    expect(textsOf(attributes)).toEqual(["a", "b"]);
  });

  it("unfold calls by their numbers", () => {
    const attributes = new Map<string, AttributeValue>([
      ["p.0.role", "assistant"],
      ["p.0.tool_calls.10.name", "c"],
      ["p.0.tool_calls.2.name", "b"],
      ["p.0.tool_calls.1.id", "c1"],
      ["p.0.tool_calls.1.name", "a"],
      ["p.0.tool_calls.1.arguments", '{"x":1}'],
    ]);
    const [message] = createIndexedMessageReader()(attributes, "p.", asIs);
    expect(message?.calls.map(({ name }) => name)).toEqual(["a", "b", "c"]);
    expect(message?.calls[0]).toEqual({ id: "c1", name: "a", arguments: { x: 1 } });
  });

  it("share the messages that they share", () => {
    const read = createIndexedMessageReader();
    const first = read(new Map(entriesOf(["a", "b", "c"])), "p.", asIs);
    const second = read(new Map(entriesOf(["a", "b", "c", "d"])), "p.", asIs);
    expect(second.slice(0, 3).every((message, at) => message === first[at])).toBe(true);
    expect(second[3]?.text).toBe("d");
  });

  it("read a message anew to which something was added", () => {
    const read = createIndexedMessageReader();
    read(new Map(entriesOf(["a"])), "p.", asIs);
    const more = new Map<string, AttributeValue>([...entriesOf(["a"]), ["p.0.tool_calls.0.name", "get_order"]]);
    expect(read(more, "p.", asIs)[0]?.calls).toHaveLength(1);
  });

  it("read all anew when a message's attributes do not stand together", () => {
    const read = createIndexedMessageReader();
    read(new Map(entriesOf(["a", "b"])), "p.", asIs);
    const scattered = new Map<string, AttributeValue>([
      ...entriesOf(["a", "b"]),
      ["p.0.tool_calls.0.name", "get_order"],
    ]);
    expect(read(scattered, "p.", asIs).map(({ text, calls }) => [text, calls.length])).toEqual([
      ["a", 1],
      ["b", 0],
    ]);
  });

  it("go on from a list whose attributes did not stand together", () => {
    const read = createIndexedMessageReader();
    const scattered: [string, AttributeValue][] = [...entriesOf(["a", "b"]), ["p.0.tool_calls.0.name", "get_order"]];
    read(new Map(scattered), "p.", asIs);
    const longer = new Map<string, AttributeValue>([...scattered, ["p.2.role", "user"], ["p.2.content", "c"]]);
    expect(textsOf(longer, read)).toEqual(["a", "b", "c"]);
  });

  it("treat hostile keys as data", () => {
    const attributes = new Map<string, AttributeValue>([
      ["p.0.content", "a"],
      ["p.0.__proto__.polluted", "yes"],
      [`p.0.${"x.".repeat(10_000)}y`, "deep"],
      ["p.0.content.inner", "a branch where a leaf is"],
    ]);
    expect(textsOf(attributes)).toEqual(["a"]);
    expect(({} as { polluted?: string }).polluted).toBeUndefined();
  });

  it("read the same with and without what came before", () => {
    const texts = fc.array(fc.string({ minLength: 1, maxLength: 2 }), { maxLength: 5 });
    fc.assert(
      fc.property(fc.array(texts, { maxLength: 20 }), (lists) => {
        const read = createIndexedMessageReader();
        for (const list of lists) {
          expect(textsOf(new Map(entriesOf(list)), read)).toEqual(textsOf(new Map(entriesOf(list))));
        }
      }),
    );
  });
});
