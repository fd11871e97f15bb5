/** How much work waits. */
import { describe, expect, test } from "vitest";
import { agentSpan } from "../support/agent-spans.ts";
import { builtSession } from "../support/built-sessions.ts";
import { encodeSpans } from "../../src/otlp/encode-records.ts";
import { project, type StoreUnderTest } from "./store-under-test.ts";

export function describeStoreWaiting(underTest: () => StoreUnderTest): void {
  describe("counting what waits", () => {
    test("finds nothing in a store without sessions", async () => {
      expect(await underTest().store.countWaiting()).toEqual({ open: 0, due: 0 });
    });

    test("counts sessions of all projects with facts that nothing was built of yet", async () => {
      const { write, claimAll, store } = underTest();
      await write(agentSpan(), agentSpan());
      await store.writeSpans(encodeSpans([agentSpan()]), { project: "another" });
      expect(await store.countWaiting()).toEqual({ open: 3, due: 0 });
      for (const claim of await claimAll()) {
        await store.saveSession(claim, builtSession(1), []);
        await store.releaseClaim(claim, { status: "completed" });
      }
      expect(await store.countWaiting()).toEqual({ open: 0, due: 0 });
    });

    test("counts as due what is closed, to be judged again, or to be tried again, until that is done", async () => {
      const { write, claimAll, claimOne, store } = underTest();
      await write(agentSpan(), agentSpan(), agentSpan());
      const [closed, rejudged, failed] = await claimAll();
      for (const claim of [closed!, rejudged!]) await store.releaseClaim(claim, { status: "completed" });
      const retryAt = new Date(Date.now() + 3_600_000);
      await store.releaseClaim(failed!, { status: "failed", error: "busy", retryAt });
      expect(await store.countWaiting()).toEqual({ open: 0, due: 1 });
      await store.closeSession(closed!);
      await store.requestJudgement(rejudged!);
      expect(await store.countWaiting()).toEqual({ open: 0, due: 3 });
      for (const claim of await claimAll()) await store.releaseClaim(claim, { status: "completed" });
      expect(await store.countWaiting()).toEqual({ open: 0, due: 1 });
      await store.deleteSession(failed!);
      expect(await store.countWaiting()).toEqual({ open: 0, due: 0 });
      await store.createMessageSession({
        project,
        source: "messages",
        messages: [{ role: "user", content: "hi" }],
        metadata: {},
        judging: { evaluateSafety: false },
        open: false,
      });
      const { due } = await store.countWaiting();
      expect(due).toBe(1);
      await store.releaseClaim(await claimOne(), { status: "completed" });
      expect(await store.countWaiting()).toEqual({ open: 0, due: 0 });
    });
  });
}
