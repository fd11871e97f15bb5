import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createMessageListReader } from "../../src/dialects/message-lists.ts";
import { parseMessages } from "../../src/dialects/parse-message.ts";

const history = Array.from({ length: 12 }, (_, at) => ({
  role: at % 2 === 0 ? "user" : "assistant",
  content: `message ${at} with "quotes", [brackets] and \\ backslashes`,
}));

const textOf = (count: number): string => JSON.stringify(history.slice(0, count));

describe("lists that repeat their history", () => {
  it("share the messages that they share", () => {
    const read = createMessageListReader();
    const first = read(textOf(4), 0, "user").messages;
    const second = read(textOf(7), 0, "user").messages;
    expect(second.slice(0, 4).every((message, at) => message === first[at])).toBe(true);
    expect(second).toEqual(parseMessages(history.slice(0, 7)));
  });

  it("share them, too, where the window slides, and elements that stand in it twice", () => {
    const read = createMessageListReader();
    const windowFrom = (start: number) => JSON.stringify([...history.slice(start, start + 6), history[start + 5]]);
    const first = read(windowFrom(0), 0, "user").messages;
    const second = read(windowFrom(1), 0, "user").messages;
    expect(second.slice(0, 5).every((message, at) => message === first[at + 1])).toBe(true);
    expect(second).toEqual(parseMessages([...history.slice(1, 7), history[6]!]));
    expect(read('[{"content":"no role"}]', 0, "assistant").messages[0]?.role).toBe("assistant");
    expect(read('[{"content":"no role"}]', 0, "user").messages[0]?.role).toBe("user");
  });

  it("are told apart, interleaved", () => {
    const read = createMessageListReader();
    const other = (count: number) => textOf(count).replace("message 0", "another message");
    const [a, b] = [read(textOf(2), 0, "user").messages, read(other(2), 0, "user").messages];
    expect(read(textOf(4), 0, "user").messages[0]).toBe(a[0]);
    expect(read(other(4), 0, "user").messages[0]).toBe(b[0]);
    expect(b[0]).not.toBe(a[0]);
  });

  it("may branch: an answer given anew", () => {
    const read = createMessageListReader();
    read(textOf(5), 0, "user");
    const branch = JSON.stringify([...history.slice(0, 4), { role: "user", content: "something else" }]);
    expect(read(branch, 0, "user").messages).toEqual(
      parseMessages([...history.slice(0, 4), { role: "user", content: "something else" }]),
    );
  });

  it("may stand within an object", () => {
    const read = createMessageListReader();
    const request = (count: number) => `{"model":"m","messages":${textOf(count)},"temperature":${count}}`;
    const start = request(1).indexOf("[");
    const first = read(request(3), start, "user").messages;
    const second = read(request(5), start, "user").messages;
    expect(second).toEqual(parseMessages(history.slice(0, 5)));
    expect(second[2]).toBe(first[2]);
  });

  it("are cut back to what is whole, and say so", () => {
    const read = createMessageListReader();
    const text = textOf(5);
    const list = read(text.slice(0, text.length - 20), 0, "user");
    expect(list.truncated).toBe(true);
    expect(list.messages).toEqual(parseMessages(history.slice(0, 4)));
    expect(read(text, 0, "user")).toEqual({ messages: parseMessages(history.slice(0, 5)), truncated: false });
  });

  it("read the same in whatever order they come", () => {
    const list = fc.array(
      fc.record({ role: fc.constantFrom("user", "assistant"), content: fc.string({ maxLength: 3 }) }),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(fc.array(list, { maxLength: 30 }), (lists) => {
        const read = createMessageListReader();
        for (const messages of lists) {
          expect(read(JSON.stringify(messages), 0, "user").messages).toEqual(parseMessages(messages));
        }
      }),
    );
  });
});
