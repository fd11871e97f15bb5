import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readEvents } from "../../client/src/event-stream.ts";

/** As a body that arrives in these pieces. */
async function eventsOf(pieces: readonly Uint8Array[]): Promise<readonly object[]> {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
  const events: object[] = [];
  for await (const event of readEvents(body)) events.push(event);
  return events;
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("an event stream", () => {
  it.each([
    ["a frame", 'event: done\ndata: {"a":1}\n\n', [{ event: "done", data: '{"a":1}', id: "" }]],
    ["a frame with CR LF", "event: done\r\ndata: {}\r\n\r\n", [{ event: "done", data: "{}", id: "" }]],
    ["a frame with CR alone", "event: done\rdata: {}\r\rx", [{ event: "done", data: "{}", id: "" }]],
    ["a comment", ": ping\n\nevent: x\ndata: 1\n\n", [{ event: "x", data: "1", id: "" }]],
    [
      "an id, which stays",
      "id: 7\ndata: 1\n\ndata: 2\n\n",
      [
        { event: "message", data: "1", id: "7" },
        { event: "message", data: "2", id: "7" },
      ],
    ],
    ["data in several lines", "data: a\ndata: b\n\n", [{ event: "message", data: "a\nb", id: "" }]],
    ["data without a space", "data:a\n\n", [{ event: "message", data: "a", id: "" }]],
    ["an event without data, which is none", "event: x\n\n", []],
    ["a frame that is cut off, which is none", "event: x\ndata: 1\n", []],
    ["a field that nobody knows", "retry: 5\nfoo\ndata: 1\n\n", [{ event: "message", data: "1", id: "" }]],
  ])("reads %s", async (_, text, expected) => {
    expect(await eventsOf([encode(text)])).toEqual(expected);
  });

  it("reads the same however it is cut into pieces, also within a character", async () => {
    const text = 'id: 1\r\nevent: judgement\r\ndata: {"text":"ä€😀"}\r\n\r\n: ping\n\nevent: done\ndata: {}\n\n';
    const bytes = encode(text);
    const expected = await eventsOf([bytes]);
    expect(expected).toHaveLength(2);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 12 }), async (cuts) => {
        const ends = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
        const pieces = ends.slice(1).map((end, index) => bytes.slice(ends[index], end));
        expect(await eventsOf(pieces)).toEqual(expected);
      }),
    );
  });
});
