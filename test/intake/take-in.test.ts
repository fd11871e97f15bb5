/** How recordings are tried, put off and given up. */
import { afterEach, expect, it } from "vitest";
import type { SpeechReply } from "./speech-server.ts";
import { elevenLabsReply } from "./speech-server.ts";
import { startTakeIn, type TakeInHarness } from "./take-in-harness.ts";

let harness: TakeInHarness;
afterEach(async () => harness.close());
const never = new AbortController().signal;

it("waits as long as the provider asks for", async () => {
  harness = await startTakeIn(() => ({ status: 429, headers: { "retry-after": "30" } }));
  const outcome = await harness.takeIn(await harness.create(), never);
  expect(outcome?.status).toBe("pending");
  expect((outcome?.retryAt?.getTime() ?? 0) - Date.now()).toBeGreaterThan(25_000);
});

it("gives up after five failures, with a reason and what can be done, and keeps the recording", async () => {
  harness = await startTakeIn(() => ({ status: 500, body: "oops" }));
  const claim = await harness.create();
  const outcomes = [];
  for (let time = 0; time < 5; time++) outcomes.push(await harness.takeIn(claim, never));
  expect(outcomes.map((outcome) => outcome?.status)).toEqual(["pending", "pending", "pending", "pending", "failed"]);
  expect(outcomes[4]?.error).toMatch(/could not be transcribed.*500.*ask for the session's judgement/);
  expect(await harness.store.intakes.read(claim)).toHaveProperty("recording");
});

it("transcribes no more recordings at the same time than it may, and puts the others off", async () => {
  harness = await startTakeIn(
    () => ({
      ...elevenLabsReply([
        ["a", "x"],
        ["b", "y"],
      ]),
      afterMs: 500,
    }),
    { max_concurrency: 1 },
  );
  const [first, second] = [await harness.create(), await harness.create()];
  const outcomes = await Promise.all([harness.takeIn(first, never), harness.takeIn(second, never)]);
  expect(outcomes.map((outcome) => outcome?.status)).toEqual([undefined, "pending"]);
  expect(harness.speech.requests).toHaveLength(1);
});

it("ends with its lease, in the middle of a request", async () => {
  harness = await startTakeIn(() => ({ hangs: true }));
  const stopping = new AbortController();
  const taken = harness.takeIn(await harness.create(), stopping.signal);
  setTimeout(() => stopping.abort(new Error("stopping")), 200);
  await expect(taken).rejects.toThrow("stopping");
});

it("never shows the key, whatever the provider answers", async () => {
  const echo = ({ headers }: { headers: object }): SpeechReply => ({
    status: 401,
    body: { detail: JSON.stringify(headers) },
  });
  harness = await startTakeIn(echo);
  const outcome = await harness.takeIn(await harness.create(), never);
  expect(JSON.stringify([outcome, harness.logger.lines])).not.toContain("el-key-12345678");
});

it("does not go to link-local addresses", async () => {
  harness = await startTakeIn(() => ({}));
  await expect(startTakeIn(() => ({}), { base_url: "http://169.254.169.254/latest" })).rejects.toThrow("link-local");
});

it("reads a text again when its session is to be built again, and otherwise once", async () => {
  harness = await startTakeIn(() => ({}));
  const { store } = harness;
  await store.createMessageSession({
    project: "default",
    source: "text",
    messages: [],
    intake: { kind: "text", hints: {}, text: "User: a\nBot: b" },
    metadata: {},
    judging: { evaluateSafety: false },
    open: false,
  });
  const claim = await harness.claim();
  const saidThen = async () => (await store.readFacts(claim)).messages.map(({ content }) => content);
  expect(await harness.takeIn(claim, never)).toBeUndefined();
  expect(await saidThen()).toEqual(["a", "b"]);
  const transcript = { parser: "rules", confidence: 1, speakers: [], notes: [] } as const;
  await store.intakes.save(claim, { messages: [{ role: "user", content: "as an older version read it" }], transcript });
  await harness.takeIn(claim, never);
  expect(await saidThen()).toEqual(["as an older version read it"]);
  await harness.takeIn({ ...claim, rebuild: true }, never);
  expect(await saidThen()).toEqual(["a", "b"]);
});
