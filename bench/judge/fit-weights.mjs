// Logistic regression with L2 over the signals of a session: which of them tell failed conversations from others. While fitting,
// every set and domain has a base rate of its own, which is thrown away afterwards: no weight earns anything by telling domains
// apart. What is left is a weight a signal.

/** Penalty on the square of a weight; on a base rate nearly none. */
const RIDGE = 6;
const RIDGE_OF_RATES = 0.05;
const ITERATIONS = 25;

/**
 * examples: {part, failed, signals} with each signal from 0 to 1. Weights are rounded to two digits; those that round to
 * nothing are left out. The thresholds are where the riskiest and the safest of the examples begin.
 */
export function fitWeights(examples, { riskiest = 0.17, safest = 0.35 } = {}) {
  const names = sorted(examples.flatMap(({ signals }) => Object.keys(signals)));
  const parts = sorted(examples.map(({ part }) => part));
  const inputs = examples.map(({ signals, part }) => [
    ...names.map((name) => signals[name] ?? 0),
    ...parts.map((each) => (each === part ? 1 : 0)),
  ]);
  const penalties = [...names.map(() => RIDGE), ...parts.map(() => RIDGE_OF_RATES)];
  const fitted = regress(
    inputs,
    examples.map(({ failed }) => (failed ? 1 : 0)),
    penalties,
  );
  const weights = Object.fromEntries(
    names.map((name, place) => [name, Number(fitted[place].toFixed(2))]).filter(([, weight]) => weight !== 0),
  );
  const risks = examples.map(({ signals }) => riskOf(signals, weights)).sort((a, b) => a - b);
  const at = (share) => Number(risks[Math.min(risks.length - 1, Math.floor(share * risks.length))].toFixed(2));
  return { harmfulFrom: at(1 - riskiest), helpfulBelow: at(safest), weights };
}

/** Each once, in an order that does not depend on the examples'. */
const sorted = (texts) => [...new Set(texts)].sort((a, b) => (a < b ? -1 : 1));

const riskOf = (signals, weights) =>
  Object.entries(weights).reduce((sum, [name, weight]) => sum + weight * (signals[name] ?? 0), 0);

/** Newton's method; the penalties keep the matrix invertible. */
function regress(inputs, outcomes, penalties) {
  const weights = penalties.map(() => 0);
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const gradient = penalties.map((penalty, place) => penalty * weights[place]);
    const curvature = penalties.map((penalty, row) => penalties.map((_, column) => (row === column ? penalty : 0)));
    for (const [example, input] of inputs.entries()) {
      const predicted = 1 / (1 + Math.exp(-input.reduce((sum, value, place) => sum + value * weights[place], 0)));
      addExample({ gradient, curvature }, input, predicted - outcomes[example], predicted * (1 - predicted));
    }
    const step = solve(curvature, gradient);
    for (const [place, by] of step.entries()) weights[place] -= by;
    if (Math.max(...step.map(Math.abs)) < 1e-6) break;
  }
  return weights;
}

function addExample({ gradient, curvature }, input, error, spread) {
  const present = [...input.keys()].filter((place) => input[place] !== 0);
  for (const row of present) {
    gradient[row] += error * input[row];
    for (const column of present) curvature[row][column] += spread * input[row] * input[column];
  }
}

/** Solves matrix x = values (Gauss-Jordan with pivoting). */
function solve(matrix, values) {
  const rows = matrix.map((row, place) => [...row, values[place]]);
  for (let column = 0; column < rows.length; column++) {
    let pivot = column;
    for (let row = column; row < rows.length; row++)
      if (Math.abs(rows[row][column]) > Math.abs(rows[pivot][column])) pivot = row;
    [rows[column], rows[pivot]] = [rows[pivot], rows[column]];
    for (let row = 0; row < rows.length; row++) {
      if (row === column) continue;
      const factor = rows[row][column] / rows[column][column];
      for (let place = column; place <= rows.length; place++) rows[row][place] -= factor * rows[column][place];
    }
  }
  return rows.map((row, place) => row[rows.length] / row[place]);
}
