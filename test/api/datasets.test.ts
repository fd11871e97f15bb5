/** Datasets over HTTP: what is taken, what is refused with which lines, and that nothing of what is refused stays. */
import { request } from "node:http";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { DatasetDetail, DatasetItemDetail } from "../../src/api/dataset-contract.ts";
import type { EvaluationRef } from "../../src/component/evaluations.ts";
import type { Authenticator } from "../../src/component/extension.ts";
import { createRedactor } from "../../src/redaction/redactor.ts";
import { requireDocumented } from "./documented-answers.ts";
import { built, trajectory, turnJudgements } from "../support/judged-session.ts";
import { type ApiServer, ask, hello, judge, startApi } from "./api-server.ts";

const MAX_BYTES = 3 * 1024 * 1024;
const MAX_ITEMS = 2000;
let api: ApiServer;
beforeAll(async () => {
  const limits = { maxDatasetBytes: MAX_BYTES, maxDatasetItems: MAX_ITEMS, requestsPerMinute: 100_000 };
  api = await startApi({ evaluation: { wake: () => undefined, waitingOf: () => undefined, limits } });
});
afterAll(async () => api.close());

interface Reply {
  readonly status: number;
  readonly body: Partial<DatasetDetail> & {
    readonly detail?: string;
    readonly code?: string;
    readonly errors?: readonly {
      readonly line: number | null;
      readonly key: string | null;
      readonly message: string;
    }[];
    readonly datasets?: readonly DatasetDetail[];
    readonly items?: readonly DatasetItemDetail[];
    readonly total?: number;
  };
}

async function call(path: string, init: RequestInit = {}): Promise<Reply> {
  const response = await fetch(`${api.url}${path}`, init);
  const text = await response.text();
  const [method, type] = [init.method ?? "GET", response.headers.get("content-type") ?? ""];
  requireDocumented({ method, path, status: response.status, type, text });
  return { status: response.status, body: text === "" ? {} : (JSON.parse(text) as Reply["body"]) };
}

let uploads = 0;
/** Under a name of its own. */
async function upload(
  body: string | Uint8Array,
  type = "application/jsonl",
  headers: Record<string, string> = {},
): Promise<Reply> {
  uploads += 1;
  return call(`/v2/datasets?name=upload-${uploads}`, {
    method: "POST",
    body: new Uint8Array(Buffer.from(body as string)),
    headers: { "content-type": type, ...headers },
  });
}

const itemsOf = async ({ body }: Reply): Promise<readonly DatasetItemDetail[]> =>
  (await call(`/v2/datasets/${body.dataset_id}/items?page_size=1000`)).body.items ?? [];

const lines = (...items: readonly object[]): string => items.map((item) => JSON.stringify(item)).join("\n");
const item = (id: string, more: object = {}) => ({ id, input: `question ${id}`, output: `answer ${id}`, ...more });

/** Datasets of all kinds: those that are listed, and what is under way in the store. */
const listed = async (): Promise<number> => (await call("/v2/datasets")).body.total ?? -1;

describe("a dataset", () => {
  it("is uploaded as lines, read back, listed and deleted", async () => {
    const sent = lines(
      item("a", { context: ["one", "two"], expected: "yes", metadata: { tier: "gold", n: 1 } }),
      item("b", { context: null, expected: null, metadata: null, id: 7 }),
    );
    const made = await upload(`${sent}\n\n`);
    expect(made).toMatchObject({ status: 201, body: { source: "upload", total_items: 2, name: `upload-${uploads}` } });
    const { dataset_id: id } = made.body;
    expect(await itemsOf(made)).toMatchObject([
      {
        id: "0",
        key: "a",
        input: "question a",
        output: "answer a",
        contexts: ["one", "two"],
        context: "one\n\ntwo",
        expected: "yes",
        metadata: { tier: "gold", n: 1 },
        history: [],
        tool_calls: null,
      },
      { id: "1", key: "7", contexts: [], context: null, expected: null, metadata: {} },
    ]);
    expect((await call(`/v2/datasets/${id}`)).body).toEqual(made.body);
    expect((await call("/v2/datasets?page=1&page_size=1")).body).toMatchObject({ datasets: [made.body], page: 1 });
    expect((await call(`/v2/datasets/${id}/items?page=2&page_size=1`)).body).toMatchObject({
      items: [{ key: "7" }],
      total: 2,
    });
    expect((await call(`/v2/datasets/${id}`, { method: "DELETE" })).status).toBe(204);
    for (const path of [`/v2/datasets/${id}`, `/v2/datasets/${id}/items`]) expect((await call(path)).status).toBe(404);
    expect((await call(`/v2/datasets/${id}`, { method: "DELETE" })).status).toBe(404);
  });

  it("is uploaded as comma separated values", async () => {
    const csv = [
      "\ufeffid,input,output,context,expected,metadata.tier,metadata.__proto__",
      'a,"What, is ""it""?","two\r\nlines","[""x"", ""y""]",yes,gold,p',
      ",second,,[1],,,",
    ].join("\r\n");
    const made = await upload(csv, "text/csv; charset=utf-8");
    expect(made).toMatchObject({ status: 201, body: { total_items: 2 } });
    const [first, second] = await itemsOf(made);
    expect(first).toMatchObject({
      input: 'What, is "it"?',
      output: "two\r\nlines",
      contexts: ["x", "y"],
      expected: "yes",
    });
    expect(Object.entries(first?.metadata ?? {})).toEqual([
      ["tier", "gold"],
      ["__proto__", "p"],
    ]);
    expect(second).toMatchObject({ input: "second", output: "", contexts: ["[1]"], expected: null, metadata: {} });
  });

  it.each([
    ["application/json", JSON.stringify([item("a"), item("b")], undefined, 2), {}],
    ["application/x-ndjson", lines(item("a"), item("b")), {}],
    ["application/jsonl", gzipSync(lines(item("a"), item("b"))), { "content-encoding": "gzip" }],
  ])("is taken as %s, also packed", async (type, body, headers) => {
    const made = await upload(body, type, headers);
    expect((await itemsOf(made)).map(({ key }) => key)).toEqual(["a", "b"]);
  });

  it("is of the format that is named, whatever the content type says", async () => {
    const path = `/v2/datasets?name=named&format=csv`;
    const made = await call(path, {
      method: "POST",
      body: "input,output\na,b",
      headers: { "content-type": "text/plain" },
    });
    expect(made).toMatchObject({ status: 201, body: { total_items: 1 } });
  });

  it("gives items without an id one that another upload of the same questions gives, too", async () => {
    const questions = (answer: string) =>
      lines({ input: "a", output: answer }, { input: "b", output: answer }, { input: "a", output: answer });
    const [first, second] = [await itemsOf(await upload(questions("1"))), await itemsOf(await upload(questions("2")))];
    const keys = first.map(({ key }) => key);
    expect(second.map(({ key }) => key)).toEqual(keys);
    expect(new Set(keys).size).toBe(3);
    expect(keys[2]).toBe(`${keys[0]}-2`);
  });

  it("shows of long items the beginnings in a page", async () => {
    const made = await upload(lines({ input: "a".repeat(50_000), output: "b" }));
    const [shown] = await itemsOf(made);
    expect(shown).toMatchObject({ is_shortened: true, output: "b" });
    expect(shown!.input.length).toBeLessThan(11_000);
  });
});

describe("what is uploaded", () => {
  it("is stored without what is to go from messages", async () => {
    const secret = "sk-abcdefghijklmnopqrstuvwxyz";
    const rules = { blockedValues: [], allowedValues: [], blockedKeys: [], allTypes: false, maxDepth: 10 };
    const evaluation = {
      wake: () => undefined,
      waitingOf: () => undefined,
      limits: { maxDatasetBytes: 1e6, maxDatasetItems: 10, requestsPerMinute: 10 },
    };
    const redacting = await startApi({ evaluation, redactors: [createRedactor({ ...rules, presets: ["secrets"] })] });
    const body = lines(item("a", { context: secret, metadata: { note: secret } }));
    const url = `${redacting.url}/v2/datasets?name=redacted&format=jsonl`;
    expect((await fetch(url, { method: "POST", body })).status).toBe(201);
    const { evaluations } = redacting.store;
    const [dataset] = (await evaluations.findDatasets({ project: "default", page: 1, pageSize: 1 })).found;
    const items = await evaluations.findDatasetItems({ project: "default", id: dataset!.id, page: 1, pageSize: 1 });
    expect(items?.found[0]?.item).toMatchObject({
      key: "a",
      context: ["[REDACTED]"],
      metadata: { note: "[REDACTED]" },
    });
    await redacting.close();
  });
});

describe("a dataset of sessions", () => {
  it("has no more items than any other may have", async () => {
    const limits = { maxDatasetBytes: 1e6, maxDatasetItems: 1, requestsPerMinute: 100 };
    const strict = await startApi({ evaluation: { wake: () => undefined, waitingOf: () => undefined, limits } });
    const { id } = await strict.store.createMessageSession(hello);
    const two = { ...built, source: "messages", turns: [1, 2].map((turn) => ({ ...built.turns[0]!, turn })) } as const;
    await judge(strict.store, id, { built: two, turns: turnJudgements, trajectory });
    const refused = await ask(strict, "/v2/datasets/from-sessions", { body: { name: "sessions" } });
    expect([refused.status, refused.json?.code]).toEqual([413, "dataset_too_large"]);
    expect((await ask(strict, "/v2/datasets")).text).toContain('"total":0');
    await strict.close();
  });
});

describe("the datasets of one project", () => {
  it("are no other's: neither listed, read, scored nor deleted", async () => {
    const limits = { maxDatasetBytes: 1e6, maxDatasetItems: 10, requestsPerMinute: 100 };
    const authenticator: Authenticator = { authenticate: ({ "x-api-key": key }) => ({ project: String(key) }) };
    const shared = await startApi({
      evaluation: { wake: () => undefined, waitingOf: () => undefined, limits },
      authenticator,
    });
    const as = async (key: string, path: string, init: RequestInit = {}) =>
      fetch(`${shared.url}/v2${path}`, {
        ...init,
        headers: { "x-api-key": key, "content-type": "application/json" },
      });
    const made = await as("ann", "/datasets?name=hers&format=jsonl", { method: "POST", body: lines(item("a")) });
    const { dataset_id: id } = (await made.json()) as DatasetDetail;
    const run = { method: "POST", body: JSON.stringify({ dataset_id: id, metrics: ["contains"] }) };
    const answers = [
      await as("bob", `/datasets/${id}`),
      await as("bob", `/datasets/${id}/items`),
      await as("bob", `/datasets/${id}`, { method: "DELETE" }),
      await as("bob", "/evaluate", run),
    ];
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
    expect(await (await as("bob", "/datasets")).json()).toMatchObject({ datasets: [], total: 0 });
    expect((await as("ann", `/datasets/${id}`)).status).toBe(200);
    await shared.close();
  });
});

describe("a dataset with mistakes", () => {
  const good = JSON.stringify(item("good"));
  it.each<readonly [string, string, string, readonly object[]]>([
    [
      "a line that is no JSON",
      "application/jsonl",
      `${good}\n{"input":`,
      [{ line: 2, key: null, message: "is not JSON" }],
    ],
    [
      "a line that is no object",
      "application/jsonl",
      "[1]\n3",
      [
        { line: 1, key: null, message: "is not a JSON object" },
        { line: 2, key: null, message: "is not a JSON object" },
      ],
    ],
    [
      "a key that is none",
      "application/jsonl",
      lines(item("a", { expcted: "x" })),
      [{ line: 1, key: "expcted", message: 'unknown key, did you mean "expected"?' }],
    ],
    [
      "no input and no output",
      "application/jsonl",
      `${good}\n\n{}`,
      [
        { line: 3, key: "input", message: "is missing" },
        { line: 3, key: "output", message: "is missing" },
      ],
    ],
    [
      "values of wrong types",
      "application/jsonl",
      '{"input":1,"output":"b","context":[1],"expected":{},"metadata":[],"id":1.5}',
      [
        { line: 1, key: "id", message: "must be a text or a whole number" },
        { line: 1, key: "input", message: "expected string, received number" },
        { line: 1, key: "context", message: "must be a text or a list of texts" },
        { line: 1, key: "expected", message: "must be a text or a list of texts" },
        { line: 1, key: "metadata", message: expect.any(String) as unknown },
      ],
    ],
    [
      "ids that are there twice",
      "application/jsonl",
      `${lines(item("a"), item("b"))}\n\n${lines(item("a"), item("c"), item("b"))}`,
      [
        { line: 4, key: "id", message: "is the same as in line 1" },
        { line: 6, key: "id", message: "is the same as in line 2" },
      ],
    ],
    ["nothing in it", "application/jsonl", "\n\n", [{ line: null, key: null, message: "the dataset has no items" }]],
    [
      "nesting that nothing survives",
      "application/jsonl",
      `{"input":"a","output":"b","metadata":{"a":${"[".repeat(5000)}${"]".repeat(5000)}}}`,
      [{ line: 1, key: null, message: "is nested too deeply" }],
    ],
    [
      "a list that ends early",
      "application/json",
      `[\n${good},\n`,
      [{ line: 3, key: null, message: "ends before the list does" }],
    ],
    [
      "columns that are none, are missing or come twice",
      "text/csv",
      "input,inputt,metadata.,input\n1,2,3,4",
      [
        { line: 1, key: "inputt", message: expect.stringContaining('did you mean "input"?') as unknown },
        { line: 1, key: "metadata.", message: expect.stringContaining("unknown column") as unknown },
        { line: 1, key: "output", message: "this column is missing" },
        { line: 1, key: "input", message: "this column is there more than once" },
      ],
    ],
    [
      "rows that are longer or shorter",
      "text/csv",
      'input,output\na\n"b\nb",c\nd,e,f',
      [
        { line: 2, key: null, message: "has 1 cells where the first line has 2 columns" },
        { line: 5, key: null, message: "has 3 cells where the first line has 2 columns" },
      ],
    ],
    [
      "a quote that is not closed",
      "text/csv",
      'input,output\na,b\nc,"d\n',
      [{ line: 3, key: null, message: "has a quote that is not closed" }],
    ],
  ])("is refused with its lines and keys: %s", async (_, type, body, errors) => {
    const before = await listed();
    const refused = await upload(body, type);
    expect(refused).toMatchObject({ status: 400, body: { code: "dataset_invalid" } });
    expect(refused.body.errors).toEqual(errors);
    expect(await listed()).toBe(before);
  });

  it("is refused for what is not UTF-8, with its line", async () => {
    const bytes = Buffer.concat([
      Buffer.from(`${good}\n{"input":"`),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('","output":""}\n'),
    ]);
    expect((await upload(bytes)).body).toMatchObject({
      errors: [{ line: 2, key: null, message: "is not UTF-8" }],
      detail: "line 2: is not UTF-8",
    });
  });

  it("hears of twenty of them and no more", async () => {
    const { body } = await upload("{\n".repeat(100));
    expect(body.errors).toHaveLength(20);
    expect(body.detail).toBe("line 1: is not JSON (and 19 more: see errors)");
  });

  it("never hears back what was in it", async () => {
    const { body } = await upload('{"input": "my secret", "output": sk-12345}');
    expect(JSON.stringify(body)).not.toMatch(/secret|12345/);
  });
});

describe("a dataset that is too large", () => {
  it("has more items than it may, and none of them stays", async () => {
    const before = await listed();
    const many = Array.from({ length: MAX_ITEMS + 1 }, (_, at) => item(String(at)));
    expect(await upload(lines(...many))).toMatchObject({ status: 413, body: { code: "dataset_too_large" } });
    expect(await listed()).toBe(before);
    expect(await upload(lines(...many.slice(1)))).toMatchObject({ status: 201, body: { total_items: MAX_ITEMS } });
  });

  it("has an item that is too long", async () => {
    const { body } = await upload(lines({ input: "a".repeat(1_100_000), output: "" }, item("b")));
    expect(body.errors).toEqual([{ line: 1, key: null, message: "is longer than 1048576 bytes" }]);
  });

  it("is refused by what it says of its length, before it is sent", async () => {
    const answer = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { "content-type": "application/jsonl", "content-length": 2 * 1024 ** 3, expect: "100-continue" };
      const sending = request({
        host: "127.0.0.1",
        port: api.port,
        method: "POST",
        path: "/v2/datasets?name=big",
        headers,
      });
      sending.once("response", (response) => {
        resolve(response.statusCode);
        sending.destroy();
      });
      sending.once("error", reject);
      sending.flushHeaders();
    });
    expect(answer).toBe(413);
  });

  it("unpacks to more than it may", async () => {
    const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024, "\n"));
    expect(bomb.length).toBeLessThan(MAX_BYTES);
    expect(await upload(bomb, "application/jsonl", { "content-encoding": "gzip" })).toMatchObject({
      status: 413,
      body: { code: "dataset_too_large" },
    });
  });

  it("is cut off when it never ends, and takes no more memory than a small one", async () => {
    const chunk = Buffer.alloc(64 * 1024, "x");
    let sent = 0;
    const before = process.memoryUsage().rss;
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { "content-type": "text/csv" };
      const sending = request({
        host: "127.0.0.1",
        port: api.port,
        method: "POST",
        path: "/v2/datasets?name=endless",
        headers,
      });
      const goOn = (): void => {
        while (!sending.destroyed && sent < 2 * 1024 ** 3) {
          sent += chunk.length;
          if (!sending.write(chunk)) return void sending.once("drain", goOn);
        }
      };
      sending.once("response", (response) => {
        resolve(response.statusCode);
        sending.destroy();
      });
      sending.once("error", reject);
      goOn();
    });
    expect(status).toBe(413);
    expect(sent).toBeLessThan(64 * 1024 * 1024);
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
  });
});

describe("an upload", () => {
  it.each([
    ["of an unknown kind", "text/plain", {}, 415],
    ["packed in an unknown way", "text/csv", { "content-encoding": "br" }, 415],
    ["not packed as it says", "text/csv", { "content-encoding": "gzip" }, 400],
  ])("is refused: %s", async (_, type, headers, status) => {
    expect((await upload("input,output\na,b", type, headers as Record<string, string>)).status).toBe(status);
  });

  it("needs a name, and knows its parameters", async () => {
    const post = { method: "POST", body: "input,output\na,b", headers: { "content-type": "text/csv" } };
    expect((await call("/v2/datasets", post)).body.detail).toContain('"name"');
    expect((await call("/v2/datasets?name=a&fromat=csv", post)).body.detail).toContain(
      'unknown query parameter "fromat"',
    );
  });

  it("that is given up in the middle leaves nothing", async () => {
    const { evaluations } = api.store;
    const beginning = vi.spyOn(evaluations, "beginDataset");
    const sending = request({
      host: "127.0.0.1",
      port: api.port,
      method: "POST",
      path: "/v2/datasets?name=gone",
      headers: { "content-type": "application/jsonl", "content-length": 1_000_000 },
    });
    sending.on("error", () => undefined);
    sending.write(`${lines(...Array.from({ length: 600 }, (_, at) => item(String(at))))}\n`);
    await expect.poll(() => beginning.mock.results.length).toBe(1);
    const dataset = (await beginning.mock.results[0]?.value) as EvaluationRef;
    expect(await evaluations.addItems(dataset, [])).toBeUndefined();
    sending.destroy();
    await expect
      .poll(async () => evaluations.addItems(dataset, []).catch((error: unknown) => error))
      .toBeInstanceOf(Error);
    beginning.mockRestore();
  });
});
