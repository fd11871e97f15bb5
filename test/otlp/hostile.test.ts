import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { EncodedRecords } from "../../src/model/signal-batch.ts";
import { decodeLogRecords, decodeSpans } from "../../src/otlp/decode-records.ts";
import { indexLogRecords, indexSpans } from "../../src/otlp/index-records.ts";
import { decodeJsonSpans } from "../../src/otlp/json-request.ts";
import { readSpanHeader } from "../../src/otlp/span-header.ts";
import { jsonTraceCaptures, logCaptures, traceCaptures } from "./captures.ts";
import { isRefused } from "./is-refused.ts";
import { field, keyValue, requestOf, spanBody } from "./wire.ts";
import { processorMs } from "../support/processor-ms.ts";

/** The limits below are far above what is needed, and far below what a slow way takes. */
const seconds = (run: () => void): number => processorMs(run) / 1000;

describe("changed bytes of a real request", { timeout: 60_000 }, () => {
  const change = fc.record({ at: fc.nat(), byte: fc.nat({ max: 255 }), remove: fc.nat({ max: 3 }) });

  test.each(Object.entries({ ...traceCaptures, ...logCaptures }))(
    "%s is refused or decoded, and what is indexed can be decoded",
    (_, bytes) => {
      const isLog = bytes.equals(logCaptures["otel-contrib-openai"]);
      const refusals: boolean[] = [];
      fc.assert(
        fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
          const changed = [...bytes];
          for (const { at, byte, remove } of changes) changed.splice(at % changed.length, remove, byte);
          const request = Uint8Array.from(changed);
          const refused = isRefused(() => {
            const { encoded } = (isLog ? indexLogRecords : indexSpans)(request);
            const decoded = isLog ? decodeLogRecords(encoded) : decodeSpans(encoded);
            if (decoded.length !== encoded.records.length / 3) throw new Error("an indexed record was not decoded");
            readHeaders(encoded);
          });
          refusals.push(refused);
        }),
        { numRuns: 1000 },
      );
      expect(new Set(refusals)).toEqual(new Set([true, false]));
    },
  );

  test("as JSON is refused or decoded", () => {
    const text = jsonTraceCaptures["openinference-openai-errors"].toString();
    const refusals: boolean[] = [];
    const piece = fc.constantFrom("null", "{", "}", "[", "]", '"', "1e999", ":", ",", "-1", "true", "\ud800", "");
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(), piece), { minLength: 1, maxLength: 3 }), (changes) => {
        let changed = text;
        for (const [at, by] of changes) {
          const start = at % changed.length;
          changed = changed.slice(0, start) + by + changed.slice(start + 1);
        }
        refusals.push(isRefused(() => decodeJsonSpans(Buffer.from(changed))));
      }),
      { numRuns: 2000 },
    );
    expect(new Set(refusals)).toEqual(new Set([true, false]));
  });

  test("as JSON with another type in any place is refused or decoded", () => {
    const request: unknown = JSON.parse(jsonTraceCaptures["openinference-openai-errors"].toString());
    const others = [null, true, 5, -1, 1.5, "x", [], {}, [null], { a: 1 }];
    const refusals = pathsOf(request).flatMap((path) =>
      others.map((other) =>
        isRefused(() => decodeJsonSpans(Buffer.from(JSON.stringify(replaceAt(request, path, other))))),
      ),
    );
    expect(new Set(refusals)).toEqual(new Set([true, false]));
  });
});

// What is bounded is processor time: on a busy machine that takes longer.
describe("a million of anything costs little", { timeout: 60_000 }, () => {
  test("empty ResourceSpans", () => {
    const bytes = Buffer.alloc(2_000_000, field(1, ""));
    expect(
      seconds(() => {
        expect(indexSpans(bytes).encoded.resources).toHaveLength(0);
      }),
    ).toBeLessThan(2);
  });

  test("empty spans, which are all rejected", () => {
    const bytes = field(1, field(2, Buffer.alloc(2_000_000, field(2, ""))));
    expect(
      seconds(() => {
        expect(indexSpans(bytes).rejected).toBe(1_000_000);
      }),
    ).toBeLessThan(2);
  });

  test("broken spans, which are all rejected without a stack trace each", () => {
    const broken = field(2, spanBody(Buffer.from([0x2a])));
    const bytes = field(1, field(2, Buffer.alloc(broken.length * 1_000_000, broken)));
    expect(
      seconds(() => {
        expect(indexSpans(bytes).rejected).toBe(1_000_000);
      }),
    ).toBeLessThan(5);
  });

  test("broken JSON spans", () => {
    const body = Buffer.from(`{"resourceSpans":[{"scopeSpans":[{"spans":[1${",1".repeat(899_999)}]}]}]}`);
    expect(
      seconds(() => {
        expect(decodeJsonSpans(body).rejected).toBe(900_000);
      }),
    ).toBeLessThan(10);
  });

  test("attributes of one key in one span", () => {
    const attribute = field(9, keyValue("k", field(1, "v")));
    const body = spanBody(Buffer.alloc(attribute.length * 1_000_000, attribute));
    expect(
      seconds(() => {
        expect(indexSpans(requestOf(body)).rejected).toBe(1);
      }),
    ).toBeLessThan(5);
  });

  test("distinct attributes in one span", () => {
    const attributes = Array.from({ length: 50_000 }, (_, number) => field(9, keyValue(`k${number}`, field(1, "v"))));
    const body = requestOf(spanBody(Buffer.concat(attributes)));
    expect(
      seconds(() => {
        const [span] = decodeSpans(indexSpans(body).encoded);
        expect(span?.attributes.size).toBe(50_000);
      }),
    ).toBeLessThan(5);
  });

  test.each([
    ["resourceSpans", '{"resourceSpans":[', "]}"],
    ["spans", '{"resourceSpans":[{"scopeSpans":[{"spans":[', "]}]}]}"],
    ["values of a field that nobody knows", '{"unknown":[', "]}"],
  ])("%s in JSON, which are not even parsed", (_, before, after) => {
    const body = Buffer.from(`${before}${"{},".repeat(20_000_000)}{}${after}`);
    expect(
      seconds(() => {
        expect(() => decodeJsonSpans(body)).toThrow("more than 2000000 JSON values: send smaller batches");
      }),
    ).toBeLessThan(2);
  });

  test("commas and brackets in a JSON string, which are no values", () => {
    const text = '\\"[{,'.repeat(1_000_000);
    const body = Buffer.from(`{"resourceSpans":[{"scopeSpans":[{"spans":[${toJsonSpan(text)}]}]}]}`);
    expect(decodeJsonSpans(body).records[0]?.attributes.get("text")).toBe(JSON.parse(`"${text}"`));
  });
});

const toJsonSpan = (text: string): string =>
  `{"traceId":"${"1".repeat(32)}","spanId":"${"1".repeat(16)}","attributes":[{"key":"text","value":{"stringValue":"${text}"}}]}`;

describe("a span that is made of more parts than anyone could read", () => {
  const tooMany = "spans[0]: more than 100000 attributes, events, links and values";

  test.each([
    ["attributes", field(9, "")],
    ["events", field(11, "")],
    ["links", field(13, "")],
    ["values", field(9, keyValue("k", field(5, Buffer.alloc(200_002, field(1, "")))))],
  ])("is rejected, and the span beside it is kept: %s", (_, part) => {
    const swollen = spanBody(part.length > 2 ? part : Buffer.alloc(200_002, part));
    const { encoded, rejected, reasons } = indexSpans(requestOf(swollen, spanBody(field(5, "good"))));
    expect({ rejected, reasons }).toEqual({ rejected: 1, reasons: [tooMany] });
    expect(decodeSpans(encoded).map(({ name }) => name)).toEqual(["good"]);
  });

  test.each(["attributes", "events", "links"])("is rejected in JSON: %s", (name) => {
    const ids = `"traceId":"${"1".repeat(32)}","spanId":"${"1".repeat(16)}"`;
    const spans = `{${ids},"${name}":[${"{},".repeat(100_000)}{}]},{${ids},"name":"good"}`;
    const { records, rejected, reasons } = decodeJsonSpans(
      Buffer.from(`{"resourceSpans":[{"scopeSpans":[{"spans":[${spans}]}]}]}`),
    );
    expect({ rejected, reasons }).toEqual({ rejected: 1, reasons: [tooMany] });
    expect(records.map(({ name }) => name)).toEqual(["good"]);
  });

  test("refuses the request when it is a resource", () => {
    const resource = field(1, Buffer.alloc(200_002, field(3, "")));
    const request = field(1, Buffer.concat([resource, field(2, field(2, spanBody()))]));
    expect(() => indexSpans(request)).toThrow("A resource or scope has more than 100000");
  });
});

test("a string of 60 MB is indexed without a copy", () => {
  const bytes = requestOf(spanBody(field(9, keyValue("long", field(1, Buffer.alloc(60_000_000, "x"))))));
  const before = process.memoryUsage().rss;
  const { encoded } = indexSpans(bytes);
  expect(encoded.bytes).toBe(bytes);
  expect(process.memoryUsage().rss - before).toBeLessThan(20_000_000);
});

test("900,000 levels of JSON are no stack overflow", () => {
  const body = Buffer.from(
    `{"resourceSpans":[{"scopeSpans":[{"spans":[{"x":${"[".repeat(900_000)}${"]".repeat(900_000)}}]}]}]}`,
  );
  expect(decodeJsonSpans(body).rejected).toBe(1);
});

function readHeaders({ bytes, records }: EncodedRecords): void {
  for (let row = 0; row < records.length; row += 3)
    readSpanHeader(bytes, records[row] ?? 0, records[row + 1] ?? 0, ["session.id"]);
}

/** The way to every value within `value`. */
function pathsOf(value: unknown): string[][] {
  if (typeof value !== "object" || value === null) return [[]];
  return [[], ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner).map((path) => [key, ...path]))];
}

function replaceAt(value: unknown, [key, ...rest]: readonly string[], other: unknown): unknown {
  if (key === undefined || typeof value !== "object" || value === null) return other;
  const replace = (item: unknown, at: string): unknown => (at === key ? replaceAt(item, rest, other) : item);
  if (Array.isArray(value)) return value.map((item, index) => replace(item, String(index)));
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, replace(item, name)]));
}
