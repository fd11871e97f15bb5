import { describe, expect, test, vi } from "vitest";
import type { JudgedSession, SessionNotice } from "../../src/component/store.ts";
import { createJudgementExport } from "../../src/exporters/judgements/judgement-export.ts";
import { judgementRecords } from "../../src/exporters/judgements/judgement-records.ts";
import type { SignalBatch } from "../../src/model/signal-batch.ts";
import { isAgentLogRecord } from "../../src/dialects/agent-log-record.ts";
import { judgedSession } from "../support/judged-session.ts";
import { recordingLogger } from "../support/recording-logger.ts";
import { storeWith } from "../support/store-with.ts";

const now = new Date(1_700_000_000_000);

describe("a judgement as a log record", () => {
  const records = judgementRecords(judgedSession, now).map(({ record }) => record);

  test("is an evaluation result with score, label and explanation, tied to the judged span", () => {
    const [first] = records;
    expect(first).toMatchObject({
      eventName: "gen_ai.evaluation.result",
      timeUnixNano: 1_700_000_000_000_000_000n,
      traceId: judgedSession.session.turns[0]?.traceIds[0],
      spanId: "0000000000000003",
    });
    const judgement = judgedSession.turnJudgements.get(1);
    expect(Object.fromEntries(first?.attributes ?? [])).toMatchObject({
      "gen_ai.evaluation.name": "turn",
      "gen_ai.evaluation.score.value": judgement?.score,
      "gen_ai.evaluation.score.label": "helpful",
      "gen_ai.evaluation.explanation": judgement?.reasoning,
      "turnwise.session.id": judgedSession.session.id,
      "turnwise.turn": 1n,
    });
  });

  test("comes for every judged turn and for the trajectory", () => {
    const names = records.map(({ attributes }) => attributes.get("gen_ai.evaluation.name"));
    expect(names).toEqual([...Array.from(judgedSession.turnJudgements, () => "turn"), "trajectory"]);
  });

  test("is not taken for something an agent did, when it comes back", () => {
    expect(records.some(isAgentLogRecord)).toBe(false);
  });
});

describe("a score of an evaluator as a log record", () => {
  const common = { evaluator: "refunds", version: "v1" };
  const metricScores = [
    { ...common, name: "conciseness", turn: 1, value: 0.75, explanation: "to the point" },
    { ...common, name: "tool_used", value: 0, label: "failed", explanation: "Called: nothing." },
    { ...common, name: "fluency", turn: 1, value: null, explanation: "There is no answer." },
    { ...common, name: "coherence", turn: 1, value: null, error: { code: "timeout", message: "late" } },
  ];
  const unscored = judgementRecords(judgedSession, now).length;
  const records = judgementRecords({ ...judgedSession, metricScores }, now).slice(unscored);

  test("is an evaluation result by the name of its metric, of a turn tied to its span; what has no value is not sent", () => {
    expect(records.map(({ record }) => Object.fromEntries(record.attributes))).toEqual([
      {
        "gen_ai.evaluation.name": "conciseness",
        "gen_ai.evaluation.score.value": 0.75,
        "gen_ai.evaluation.explanation": "to the point",
        "gen_ai.conversation.id": "conv-7",
        "turnwise.session.id": judgedSession.session.id,
        "turnwise.turn": 1n,
        "turnwise.evaluator.name": "refunds",
        "turnwise.evaluator.version": "v1",
      },
      {
        "gen_ai.evaluation.name": "tool_used",
        "gen_ai.evaluation.score.value": 0,
        "gen_ai.evaluation.score.label": "failed",
        "gen_ai.evaluation.explanation": "Called: nothing.",
        "gen_ai.conversation.id": "conv-7",
        "turnwise.session.id": judgedSession.session.id,
        "turnwise.evaluator.name": "refunds",
        "turnwise.evaluator.version": "v1",
      },
    ]);
    const [ofTurn, ofSession] = records.map(({ record }) => record);
    expect(ofTurn).toMatchObject({ eventName: "gen_ai.evaluation.result", spanId: "0000000000000003" });
    expect(ofSession?.spanId).toBeUndefined();
    expect(records.some(({ record }) => isAgentLogRecord(record))).toBe(false);
  });

  test("is another one when the value is another", () => {
    const [first, ...rest] = metricScores;
    const again = judgementRecords({ ...judgedSession, metricScores: [{ ...first!, value: 1 }, ...rest] }, now);
    expect(again.slice(unscored).map(({ key }, at) => key === records[at]?.key)).toEqual([false, true]);
  });
});

describe("sending judgements on", () => {
  const { project, id } = { project: "default", id: judgedSession.session.id };

  async function sending(fail = false) {
    const batches: SignalBatch[] = [];
    const logger = recordingLogger();
    let session: JudgedSession | undefined = judgedSession;
    let listener: (notice: SessionNotice) => void = () => undefined;
    const store = storeWith({
      getSession: async () => session,
      watch: (listen) => {
        listener = listen;
        return () => void (listener = () => undefined);
      },
    });
    const exporter = {
      async export(batch: SignalBatch) {
        if (fail) throw new Error("upstream is down");
        batches.push(batch);
      },
    };
    const component = createJudgementExport({ store, exporters: [{ id: "otlp_http", exporter }], logger });
    await component.start?.();
    return {
      batches,
      logger,
      stop: async () => component.shutdown?.(),
      notify: (kind: SessionNotice["kind"]) => listener({ project, id, kind }),
      become: (other: JudgedSession | undefined) => void (session = other),
    };
  }

  test("happens once a session is done, and once for each judgement", async () => {
    const { batches, notify, become, stop } = await sending();
    notify("session-updated");
    notify("judgement");
    notify("done");
    notify("done");
    await vi.waitFor(() => expect(batches).toHaveLength(1));
    const second = judgedSession.turnJudgements.get(2);
    if (second === undefined) throw new Error("the sample has two turns");
    become({ ...judgedSession, turnJudgements: new Map([[2, { ...second, score: second.score === 1 ? -1 : 1 }]]) });
    notify("done");
    await stop();
    expect(batches.map(({ signal, count }) => [signal, count])).toEqual([
      ["logs", judgedSession.turnJudgements.size + 1],
      ["logs", 1],
    ]);
  });

  test("is logged when it fails, and tried again with the next change", async () => {
    const { logger, notify, stop } = await sending(true);
    notify("done");
    notify("done");
    await stop();
    expect(logger.lines.map(({ message }) => message)).toEqual([
      "judgements could not be sent on",
      "judgements could not be sent on",
    ]);
  });

  test("skips a session that was deleted, and ends with the stop", async () => {
    const { batches, notify, become, stop } = await sending();
    become(undefined);
    notify("done");
    await stop();
    become(judgedSession);
    notify("done");
    await stop();
    expect(batches).toEqual([]);
  });
});
