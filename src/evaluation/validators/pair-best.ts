/**
 * Rows paired with columns so that the sum of the pairs' weights is as large as can be: a row that takes the first column that
 * suits it may take the only one that suits another. Weights are not negative; 0 is no pair. For each row its column, or
 * undefined. Takes rows x rows x columns steps. Source: the Hungarian method, by shortest augmenting paths.
 */
export function pairBest(weights: readonly (readonly number[])[]): readonly (number | undefined)[] {
  const real = weights.reduce((most, row) => Math.max(most, row.length), 0);
  const pairing = startPairing(weights, real + weights.length);
  for (let row = 0; row < weights.length; row++) pairRow(pairing, row);
  return weights.map((row, at) => {
    const column = pairing.rowOf.indexOf(at);
    return column < real && (row[column] ?? 0) > 0 ? column : undefined;
  });
}

interface Pairing {
  readonly weights: readonly (readonly number[])[];
  /** The real ones, and one without weight for each row, so that every row finds one. */
  readonly columns: number;
  /** No pair costs (its weight, negated) less than the potentials of its row and its column together; pairs made cost as much. */
  readonly rowPotentials: number[];
  readonly columnPotentials: number[];
  /** Of each column the row, or `unpaired`; behind the last column, of the row that is being paired. */
  readonly rowOf: number[];
}

const unpaired = -1;

const startPairing = (weights: Pairing["weights"], columns: number): Pairing => ({
  weights,
  columns,
  rowPotentials: weights.map(() => 0),
  columnPotentials: Array.from({ length: columns + 1 }, () => 0),
  rowOf: Array.from({ length: columns + 1 }, () => unpaired),
});

/** Finds the row a column, and those rows that have to make room another one. */
function pairRow(pairing: Pairing, row: number): void {
  const { columns, rowOf } = pairing;
  rowOf[columns] = row;
  const cameFrom = Array.from({ length: columns }, () => columns);
  const slack = Array.from({ length: columns }, () => Infinity);
  const seen = [columns];
  const unseen = new Set(cameFrom.keys());
  let column = columns;
  do {
    column = nextColumn(pairing, { column, cameFrom, slack, seen, unseen });
    seen.push(column);
    unseen.delete(column);
  } while (rowOf[column] !== unpaired);
  while (column !== columns) {
    const before = cameFrom[column] ?? columns;
    rowOf[column] = rowOf[before] ?? unpaired;
    column = before;
  }
}

interface Search {
  readonly column: number;
  /** The column before it on the cheapest path to a column. */
  readonly cameFrom: number[];
  /** What taking a column would lose, on the cheapest path to it. */
  readonly slack: number[];
  readonly seen: readonly number[];
  readonly unseen: ReadonlySet<number>;
}

/** The unseen column that costs least; the potentials are moved so that it costs nothing. */
function nextColumn(pairing: Pairing, { column, cameFrom, slack, seen, unseen }: Search): number {
  const { weights, rowPotentials, columnPotentials, rowOf } = pairing;
  const row = rowOf[column] ?? unpaired;
  let least = Infinity;
  let next = column;
  for (const candidate of unseen) {
    const cost = -(weights[row]?.[candidate] ?? 0) - (rowPotentials[row] ?? 0) - (columnPotentials[candidate] ?? 0);
    if (cost < (slack[candidate] ?? Infinity)) {
      slack[candidate] = cost;
      cameFrom[candidate] = column;
    }
    if ((slack[candidate] ?? Infinity) < least) {
      least = slack[candidate] ?? Infinity;
      next = candidate;
    }
  }
  for (const one of seen) {
    const paired = rowOf[one] ?? unpaired;
    rowPotentials[paired] = (rowPotentials[paired] ?? 0) + least;
    columnPotentials[one] = (columnPotentials[one] ?? 0) - least;
  }
  for (const one of unseen) slack[one] = (slack[one] ?? Infinity) - least;
  return next;
}
