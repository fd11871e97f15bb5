/**
 * How far two raters agree, beside what they would agree by chance. Source: Cohen, "A Coefficient of Agreement for Nominal
 * Scales" (1960).
 */

/**
 * How often each pair of answers came: a row for each of the first rater's, whose word counts, a column for each of the
 * second's, who is measured.
 */
export type ConfusionMatrix = readonly (readonly number[])[];

export interface TableAgreement {
  readonly confusion: ConfusionMatrix;
  /** Things that both rated. */
  readonly n: number;
  /** The share on which they agree, 0..1. Absent: there is nothing. */
  readonly raw?: number;
  /** Cohen's kappa, -1..1; 0: no more than by chance. Absent where chance alone gives agreement on all. */
  readonly kappa?: number;
}

export interface Agreement extends TableAgreement {
  /** Harmful or not: `confusion` has harmful first. */
  readonly harmful: TableAgreement & {
    /** Of what the second calls harmful, the share that the first does. Absent: it calls nothing so. */
    readonly precision?: number;
    /** Of what the first calls harmful, the share that the second does. */
    readonly recall?: number;
  };
  /** The first rater's shares of the scores -1, 0 and 1. Absent: there is nothing. */
  readonly baseRate?: readonly [number, number, number];
}

/** Of scores: rows and columns stand for -1, 0 and 1. */
export function agreementOf(confusion: ConfusionMatrix): Agreement {
  const [harmful = 0, neutral = 0, helpful = 0] = confusion.map(sum);
  const n = harmful + neutral + helpful;
  return {
    ...toAgreement(confusion),
    harmful: harmfulOrNot(confusion),
    ...(n === 0 ? {} : { baseRate: [harmful / n, neutral / n, helpful / n] }),
  };
}

function harmfulOrNot([[both = 0, ...missed] = [], ...rest]: ConfusionMatrix): Agreement["harmful"] {
  const onlyFirst = sum(missed);
  const onlySecond = sum(rest.map(([first = 0]) => first));
  const neither = sum(rest.map(([, ...others]) => sum(others)));
  return {
    ...toAgreement([
      [both, onlyFirst],
      [onlySecond, neither],
    ]),
    ...(both + onlySecond === 0 ? {} : { precision: both / (both + onlySecond) }),
    ...(both + onlyFirst === 0 ? {} : { recall: both / (both + onlyFirst) }),
  };
}

/** In whole numbers up to the last division, so that equal raters agree by exactly 1. */
function toAgreement(confusion: ConfusionMatrix): TableAgreement {
  const n = sum(confusion.map(sum));
  const agreed = sum(confusion.map((row, at) => row[at] ?? 0));
  const byChance = sum(confusion.map((row, at) => sum(row) * sum(confusion.map((other) => other[at] ?? 0))));
  return {
    confusion,
    n,
    ...(n === 0 ? {} : { raw: agreed / n }),
    ...(n ** 2 === byChance ? {} : { kappa: (n * agreed - byChance) / (n ** 2 - byChance) }),
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
