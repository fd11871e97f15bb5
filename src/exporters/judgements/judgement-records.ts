/**
 * Judgements and the scores of evaluators as OTLP log records, for whoever watches agents elsewhere: the event `gen_ai.evaluation.result` of the GenAI
 * semantic conventions, tied to the span that was judged.
 */
import type { ShownMetricScore } from "../../component/metric-scores.ts";
import type { JudgedSession } from "../../component/store.ts";
import type { JudgeIdentity, Score } from "../../model/judgement.ts";
import type { Session, Turn } from "../../model/session.ts";
import type { AttributeValue, LogRecord, Resource, Scope } from "../../model/span.ts";

const EVENT = "gen_ai.evaluation.result";
const LABELS: Readonly<Record<Score, string>> = { [-1]: "harmful", 0: "neutral", 1: "helpful" };

const resource: Resource = {
  attributes: new Map([["service.name", "turnwise"]]),
  droppedAttributesCount: 0,
  schemaUrl: "",
  entityRefs: [],
};
const scope: Scope = { name: "turnwise", version: "", attributes: new Map(), droppedAttributesCount: 0, schemaUrl: "" };

export interface JudgementRecord {
  /** Equal for a judgement that says the same: of the same turn, by the same judge, on the same content. */
  readonly key: string;
  readonly record: LogRecord;
}

interface Evaluation {
  readonly name: string;
  readonly score: Score;
  readonly explanation: string;
  readonly judge: JudgeIdentity;
}

/** One record for each turn that was judged, one for the trajectory, and one for each score that has a value. */
export function judgementRecords(judged: JudgedSession, now: Date): JudgementRecord[] {
  const { session, metricScores = [] } = judged;
  const common: [string, AttributeValue][] = [["turnwise.session.id", session.id]];
  if (session.conversationId !== undefined) common.push(["gen_ai.conversation.id", session.conversationId]);
  const scores = metricScores.flatMap((score) => metricScoreRecord(score, session, recordAt(now, new Map(common))));
  return [...recordsOfJudges(judged, now, common), ...scores];
}

function metricScoreRecord(score: ShownMetricScore, session: Session, empty: LogRecord): readonly JudgementRecord[] {
  const { name, evaluator, version, value, label, explanation } = score;
  if (value === null) return [];
  const turn = session.turns.find((each) => each.turn === score.turn);
  const attributes = new Map<string, AttributeValue>([
    ["gen_ai.evaluation.name", name],
    ["gen_ai.evaluation.score.value", value],
    ...(label === undefined ? [] : ([["gen_ai.evaluation.score.label", label]] as const)),
    ...(explanation === undefined ? [] : ([["gen_ai.evaluation.explanation", explanation]] as const)),
    ...empty.attributes,
    ...(turn === undefined ? [] : ([["turnwise.turn", BigInt(turn.turn)]] as const)),
    ["turnwise.evaluator.name", evaluator],
    ["turnwise.evaluator.version", version],
  ]);
  const place = turn === undefined ? {} : placeOf(turn);
  const key = ["score", evaluator, name, version, turn?.digest ?? session.digest, turn?.turn, value].join("|");
  return [{ key, record: { ...empty, attributes, ...place } }];
}

function recordsOfJudges(
  { session, turnJudgements, trajectory }: JudgedSession,
  now: Date,
  common: readonly [string, AttributeValue][],
): readonly JudgementRecord[] {
  const turns = session.turns.flatMap((turn) => {
    const judgement = turnJudgements.get(turn.turn);
    if (judgement === undefined) return [];
    const { score, reasoning, judge } = judgement;
    const evaluation = { name: "turn", score, explanation: reasoning, judge };
    const attributes = attributesOf(evaluation, [...common, ["turnwise.turn", BigInt(turn.turn)]]);
    return [{ key: keyOf(evaluation, turn.digest), record: { ...recordAt(now, attributes), ...placeOf(turn) } }];
  });
  if (trajectory === undefined) return turns;
  const { score, reasoning, judge } = trajectory;
  const evaluation = { name: "trajectory", score, explanation: reasoning, judge };
  return [
    ...turns,
    { key: keyOf(evaluation, session.digest), record: recordAt(now, attributesOf(evaluation, common)) },
  ];
}

function attributesOf({ name, score, explanation, judge }: Evaluation, common: readonly [string, AttributeValue][]) {
  return new Map<string, AttributeValue>([
    ["gen_ai.evaluation.name", name],
    ["gen_ai.evaluation.score.value", score],
    ["gen_ai.evaluation.score.label", LABELS[score]],
    ["gen_ai.evaluation.explanation", explanation],
    ...common,
    ["turnwise.judge.name", judge.name],
    ["turnwise.judge.version", judge.version],
  ]);
}

function recordAt(now: Date, attributes: ReadonlyMap<string, AttributeValue>): LogRecord {
  const time = BigInt(now.getTime()) * 1_000_000n;
  return {
    timeUnixNano: time,
    observedTimeUnixNano: time,
    severityNumber: 9, // INFO
    severityText: "INFO",
    body: null,
    attributes,
    droppedAttributesCount: 0,
    flags: 0,
    eventName: EVENT,
    resource,
    scope,
  };
}

/** The turn's last model call. A span id says nothing without its trace, and a turn may be spread over several. */
function placeOf({ traceIds, steps }: Turn): Pick<LogRecord, "traceId" | "spanId"> {
  const [traceId, ...others] = traceIds;
  if (traceId === undefined || others.length > 0) return {};
  const spanId = steps.findLast(({ type, spanId: id }) => type === "model_call" && id !== undefined)?.spanId;
  return { traceId, ...(spanId === undefined ? {} : { spanId }) };
}

function keyOf({ name, score, judge }: Evaluation, digest: string): string {
  return [name, digest, judge.name, judge.version, score].join("|");
}
