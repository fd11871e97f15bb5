/** `turnwise queue` against a real server's API. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parkedPageSchema } from "../../src/api/contract.ts";
import { type ApiServer, startApi } from "../api/api-server.ts";
import { runCli } from "./run-cli.ts";

let api: ApiServer;
beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => {
  await api.close();
});

async function park(times: number, exporter = "otlp_http"): Promise<void> {
  const queue = api.store.sendingQueueOf(exporter);
  for (let time = 0; time < times; time += 1) {
    await queue.put({ project: "default", signal: "traces", count: 7, bytes: Buffer.from("bytes") });
    await queue.park((await queue.next(0))!, "the server answered 401: \u001b[31mno\nkey");
  }
}

const queue = async (...args: readonly string[]) => runCli(["queue", ...args], { TURNWISE_URL: api.url });

describe("turnwise queue", () => {
  it("says that nothing was set aside", async () => {
    for (const command of [["list"], ["retry", "--all"], ["drop", "--all"]])
      expect(await queue(...command)).toEqual({ status: 0, stdout: "Nothing was set aside.\n", stderr: "" });
  });

  it("lists what was set aside, and what the server upstream said cannot act on the terminal", async () => {
    await park(2);
    const { status, stdout } = await queue("list");
    expect(status).toBe(0);
    expect(stdout.split("\n")[0]).toMatch(/^ID +SINCE +EXPORTER +SIGNAL +RECORDS +BYTES +REASON$/);
    expect(stdout.match(/otlp_http +traces +7 +5 +the server answered 401/g)).toHaveLength(2);
    expect(stdout).not.toContain("\u001b[31m");
    const page = parkedPageSchema.parse(JSON.parse((await queue("list", "--json", "--limit", "1")).stdout));
    expect(page).toMatchObject({ requests: [{ records: 7 }], next_cursor: String(page.requests[0]?.id) });
  });

  it("has one sent again, and drops the others", async () => {
    await park(1, "otlp_grpc");
    const { requests } = parkedPageSchema.parse(JSON.parse((await queue("list", "--json")).stdout));
    const [first] = requests;
    expect((await queue("retry", String(first?.id))).stdout).toBe(`${first?.id} waits to be sent again\n`);
    expect(await api.store.sendingQueueOf("otlp_http").size()).toMatchObject({ requests: 1 });
    const dropped = await queue("drop", "--all", "--exporter", "otlp_http", "--json");
    expect(JSON.parse(dropped.stdout)).toEqual({ ids: [requests[1]?.id] });
    const left = parkedPageSchema.parse(JSON.parse((await queue("list", "--json")).stdout));
    expect(left.requests.map(({ exporter }) => exporter)).toEqual(["otlp_grpc"]);
  });

  it("says what to do about an id that is none", async () => {
    const { status, stderr } = await queue("drop", "999999");
    expect(status).toBe(1);
    expect(stderr).toMatch(/error \[not_found\] there is no parked request with this number\n.*turnwise queue list/);
  });
});
