/** JSON from the database, as what the store wrote there: nobody else writes into it. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller knows what it stored
export function parseStored<Value>(json: string): Value {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  return JSON.parse(json) as Value;
}
