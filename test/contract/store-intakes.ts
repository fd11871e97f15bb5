/** What comes as texts and recordings. */
import { describe, expect, test } from "vitest";
import type { NewIntake } from "../../src/component/intake.ts";
import type { NewMessageSession, Store } from "../../src/component/store.ts";
import { project, type StoreUnderTest } from "./store-under-test.ts";

const sessionOf = (intake: NewIntake): NewMessageSession => ({
  project,
  source: intake.kind === "text" ? "text" : "voice",
  messages: [],
  intake,
  metadata: {},
  judging: { evaluateSafety: false },
  open: false,
});
const text: NewIntake = { kind: "text", hints: { firstSpeakerRole: "assistant", context: "c" }, text: "A: a\nB: b" };
const result = {
  messages: [{ role: "user", content: "a" }],
  transcript: { parser: "rules", confidence: 0.9, speakers: [{ label: "A", role: "user" }], notes: ["n"] },
} as const;

async function* chunks(sizes: readonly number[], fails?: Error): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (const size of sizes) yield Uint8Array.from({ length: size }, () => at++ % 251);
  if (fails !== undefined) throw fails;
}

async function collect(parts: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const read: Uint8Array[] = [];
  for await (const part of parts) read.push(part);
  return Buffer.concat(read);
}

const readAll = async (store: Store, recording: { id: number; bytes: number }): Promise<Buffer> =>
  collect(store.intakes.readRecording({ ...recording, mediaType: "audio/wav" }));

export function describeStoreIntakes(underTest: () => StoreUnderTest): void {
  describe("intakes", () => {
    test("keeps a text with its hints until it became messages, and after", async () => {
      const { store, claimOne } = underTest();
      const ref = await store.createMessageSession(sessionOf(text));
      const claim = await claimOne();
      expect([claim.id, claim.source]).toEqual([ref.id, "text"]);
      expect(await store.intakes.read(claim)).toEqual({ hints: text.hints, text: "A: a\nB: b", isDone: false });
      expect(await store.readFacts(claim)).not.toHaveProperty("transcript");
      expect(await store.intakes.save(claim, result)).toBe(true);
      expect(await store.intakes.read(claim)).toMatchObject({ text: "A: a\nB: b", isDone: true });
      expect(await store.readFacts(claim)).toMatchObject(result);
    });

    test("puts the messages of a later reading in the place of those before", async () => {
      const { store, claimOne } = underTest();
      await store.createMessageSession(sessionOf(text));
      const claim = await claimOne();
      await store.intakes.save(claim, {
        ...result,
        messages: [...result.messages, { role: "assistant", content: "b" }],
      });
      await store.intakes.save(claim, result);
      expect((await store.readFacts(claim)).messages).toEqual(result.messages);
    });

    test("keeps a recording byte by byte, whatever the sizes it comes in, and forgets it when it became messages", async () => {
      const { store, claimOne } = underTest();
      const sizes = [1, 1_048_575, 1, 3_000_000, 7];
      const whole = await collect(chunks(sizes));
      const recording = await store.intakes.writeRecording(chunks(sizes));
      expect(recording.bytes).toBe(whole.length);
      await store.createMessageSession(
        sessionOf({ kind: "recording", hints: {}, recording: { ...recording, mediaType: "audio/wav" } }),
      );
      const claim = await claimOne();
      expect((await readAll(store, recording)).equals(whole)).toBe(true);
      expect(await store.intakes.read(claim)).toEqual({
        hints: {},
        isDone: false,
        recording: { ...recording, mediaType: "audio/wav" },
      });
      await store.intakes.save(claim, result);
      expect(await store.intakes.read(claim)).toEqual({ hints: {}, isDone: true });
      await expect(readAll(store, recording)).rejects.toThrow("not whole");
    });

    test("keeps recordings that are written at the same time apart", async () => {
      const { store } = underTest();
      const written = await Promise.all(
        [[2_500_000], [1_200_000, 900_000], [10]].map(async (sizes) => store.intakes.writeRecording(chunks(sizes))),
      );
      expect(new Set(written.map(({ id }) => id)).size).toBe(3);
      expect(await Promise.all(written.map(async (recording) => (await readAll(store, recording)).length))).toEqual([
        2_500_000, 2_100_000, 10,
      ]);
    });

    test("takes back what was written when the bytes end in an error", async () => {
      const { store } = underTest();
      await expect(store.intakes.writeRecording(chunks([3_000_000], new Error("gone")))).rejects.toThrow("gone");
      const next = await store.intakes.writeRecording(chunks([5]));
      expect(next.id).toBe(1);
      await expect(store.intakes.writeRecording(chunks([]))).rejects.toThrow("empty");
    });

    test("remembers why nothing will become of it, and drops the recording", async () => {
      const { store, claimOne } = underTest();
      const recording = await store.intakes.writeRecording(chunks([100]));
      await store.createMessageSession(
        sessionOf({ kind: "recording", hints: {}, recording: { ...recording, mediaType: "audio/wav" } }),
      );
      const claim = await claimOne();
      expect(await store.intakes.refuse(claim, "silence")).toBe(true);
      expect(await store.intakes.read(claim)).toEqual({ hints: {}, isDone: false, refusal: "silence" });
    });

    test("changes nothing for whoever's lease has ended", async () => {
      const { store, claimOne } = underTest();
      await store.createMessageSession(sessionOf(text));
      const claim = await claimOne();
      await store.releaseClaim(claim, { status: "pending", retryAt: new Date(Date.now() + 60_000) });
      expect([await store.intakes.save(claim, result), await store.intakes.refuse(claim, "x")]).toEqual([false, false]);
      expect(await store.intakes.read(claim)).toMatchObject({ isDone: false });
    });

    test("lets a session that could not be begun wait, as often as it takes", async () => {
      const { store, claimOne } = underTest();
      const ref = await store.createMessageSession(sessionOf(text));
      for (let time = 0; time < 5; time++) {
        const claim = await claimOne();
        expect(claim.attempts).toBe(1);
        await store.releaseClaim(claim, { status: "pending", error: "busy", retryAt: new Date() });
        expect((await store.getSession(ref))?.session).toMatchObject({ status: "pending", error: "busy" });
      }
    });

    test("deletes text and recording with their session", async () => {
      const { store } = underTest();
      const recording = await store.intakes.writeRecording(chunks([100]));
      const ref = await store.createMessageSession(
        sessionOf({ kind: "recording", hints: {}, recording: { ...recording, mediaType: "audio/wav" } }),
      );
      await store.deleteSession(ref);
      expect(await store.intakes.read(ref)).toBeUndefined();
      await expect(readAll(store, recording)).rejects.toThrow("not whole");
    });

    test("knows of no intake of a session that came otherwise", async () => {
      const { store } = underTest();
      const { intake: _, ...otherwise } = sessionOf(text);
      const ref = await store.createMessageSession(otherwise);
      expect(await store.intakes.read(ref)).toBeUndefined();
    });
  });
}
