/** A bit that flipped in a stored span, and the server that goes on beside it: sessions, explanation, health, doctor. */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { createApiClient } from "../../src/api-client.ts";
import { renderExplanation } from "../../src/cli/render-explanation.ts";
import { plain } from "../../src/cli/terminal.ts";
import { runDoctor, type Hop } from "../../src/doctor.ts";
import { sendModelCalls, type SentSpan } from "../support/otlp-sender.ts";
import { startTestServer } from "../support/server.ts";

test("a damaged span costs its turn, and everybody is told of it", { timeout: 60_000 }, async () => {
  const server = await startTestServer();
  onTestFinished(async () => server.stop());
  const spans: SentSpan[] = [];
  for (const text of ["Hello", "And now?", "Thanks"]) {
    spans.push(...(await sendModelCalls(server.otlpUrl, "conversation", [text])).spans);
    await sleep(2); // a turn's place is its time
  }
  const [session] = await server.sessions();
  const id = session!.id;
  expect(
    (await server.waitForSession(id, ({ status, turns }) => status === "completed" && turns.length === 3)).turns,
  ).toHaveLength(3);

  const db = new Database(join(server.dataDir, "turnwise.db"), { timeout: 5000 });
  onTestFinished(() => void db.close());
  const [, second] = db.prepare<[], { no: number; payload: Buffer }>("SELECT span_no AS no, payload FROM spans").all();
  second!.payload[40]! ^= 4;
  db.prepare("UPDATE spans SET payload = ? WHERE span_no = ?").run(second!.payload, second!.no);

  const client = createApiClient({ TURNWISE_URL: server.apiUrl });
  await client.sessions.rebuild(id);
  const rebuilt = await server.waitForSession(id, ({ status, turns }) => status === "completed" && turns.length === 2);
  expect(rebuilt.turns.map(({ user_content }) => user_content)).toEqual(["Hello", "Thanks"]);
  expect(rebuilt.trajectory).not.toBeNull();

  const { traceId, spanId } = spans[1]!;
  const explanation = await client.sessions.explain(id);
  expect(explanation.damaged).toEqual([{ kind: "span", number: second!.no, trace_id: traceId, span_id: spanId }]);
  const shown = renderExplanation(explanation, { paint: plain, width: 160 });
  expect(shown).toContain(
    `a span in the store is not what was written, and is left out: span ${spanId} of trace ${traceId}`,
  );

  expect((await client.server.health()).damages).toBe(1);
  expect(await server.metric('turnwise_store_damages{store="default"}')).toBe(1);
  const said = server.logger.lines.filter(({ message }) => message.includes("is damaged"));
  expect(said.map(({ level, message }) => [level, message])).toEqual([
    ["error", `A stored span of trace ${traceId} is damaged (number ${second!.no}, span id ${spanId}).`],
  ]);

  const hops: Hop[] = [];
  for await (const hop of runDoctor({ client, otlpUrl: server.otlpUrl, env: {} })) hops.push(hop);
  expect(hops.at(-1)).toMatchObject({ name: "store", ok: false, detail: expect.stringContaining("damage") as unknown });
});
