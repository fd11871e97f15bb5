/** The configured judges and evaluators as the API shows them: who they are, whether they judge, how far people agree with the judges. Pure. */
import type { Agreement, TableAgreement } from "../evaluation/agreement.ts";
import { calibratedFrom, type Calibration, type KindAgreement } from "../evaluation/calibration.ts";
import type { AgreementDetail, EvaluatorState, JudgesDetail, JudgeState } from "./label-contract.ts";
import type { JudgePause } from "../component/judge.ts";
import type { SpendOfDay } from "../component/store.ts";
import { addSpend, noSpend } from "../model/spend.ts";
import type { EvaluatorInfo, JudgeInfo } from "./route.ts";

export interface KnownOfJudges {
  readonly judges: readonly JudgeInfo[];
  readonly evaluators: readonly EvaluatorInfo[];
  readonly pauses: readonly JudgePause[];
  readonly spend: readonly SpendOfDay[];
  readonly calibration: Calibration;
}

export function toJudgesDetail({ judges, evaluators, pauses, spend, calibration }: KnownOfJudges): JudgesDetail {
  return {
    judges: judges.map((judge) =>
      toJudgeState(
        judge,
        pauses.find((pause) => pause.judge === judge.name),
        spend.find((of) => of.judge === judge.name),
        calibration,
      ),
    ),
    evaluators: evaluators.map((evaluator) => toEvaluatorState(evaluator, pauses)),
    people: calibration.people.map(toAgreementDetail),
    calibrated_from: calibratedFrom,
  };
}

function toJudgeState(
  judge: JudgeInfo,
  pause: JudgePause | undefined,
  spend: SpendOfDay | undefined,
  calibration: Calibration,
): JudgeState {
  const { name, version } = judge;
  const versions = calibration.versions
    .filter((each) => each.judge === name)
    .map((each) => ({
      version: each.version,
      current: each.version === version,
      agreement: each.kinds.map(toAgreementDetail),
    }));
  const current = versions.find((each) => each.current)?.agreement ?? [];
  const isCalibrated = (target: AgreementDetail["target"]): boolean =>
    current.some((each) => each.target === target && each.dimension === null && each.calibrated);
  return {
    name,
    version,
    model: judge.model ?? null,
    prompt_hash: judge.promptHash ?? null,
    off: judge.off ?? null,
    paused: toPaused(pause),
    spent_today: toSpent(spend),
    calibrated: {
      turn: isCalibrated("turn"),
      tool_call: isCalibrated("tool_call"),
      trajectory: isCalibrated("trajectory"),
    },
    versions: versions.toSorted((a, b) => Number(b.current) - Number(a.current)),
  };
}

function toEvaluatorState(
  { name, version, measures, off }: EvaluatorInfo,
  pauses: readonly JudgePause[],
): EvaluatorState {
  return {
    name,
    version,
    measures: measures.map(({ name: measure, of, asks }) => ({ name: measure, of, asks: asks ?? null })),
    off: off ?? null,
    paused: toPaused(pauses.find(({ judge }) => measures.some(({ asks }) => asks === judge))),
  };
}

const toPaused = (pause: JudgePause | undefined): JudgeState["paused"] =>
  pause === undefined ? null : { until: pause.until.toISOString(), code: pause.code, message: pause.message };

/** Tokens without a price have an unknown cost. */
function toSpent(spend: SpendOfDay | undefined): JudgeState["spent_today"] {
  const { tokens, nanoUsd } = spend === undefined ? noSpend : addSpend(spend.spent, spend.reserved);
  return { tokens, cost_usd: tokens > 0 && nanoUsd === 0 ? null : nanoUsd / 1e9 };
}

function toAgreementDetail({ kind, dimension, ...agreement }: KindAgreement): AgreementDetail {
  const { n, baseRate: [harmful, neutral, helpful] = [] } = agreement;
  return {
    target: kind,
    dimension: dimension ?? null,
    n,
    ...toTable(agreement),
    calibrated: n >= calibratedFrom,
    base_rate: { harmful: harmful ?? null, neutral: neutral ?? null, helpful: helpful ?? null },
    harmful: toHarmful(agreement),
  };
}

const toHarmful = ({ harmful }: Agreement) => ({
  ...toTable(harmful),
  precision: harmful.precision ?? null,
  recall: harmful.recall ?? null,
});

const toTable = ({ raw, kappa, confusion }: TableAgreement) => ({
  raw: raw ?? null,
  kappa: kappa ?? null,
  confusion: confusion.map((row) => [...row]),
});
