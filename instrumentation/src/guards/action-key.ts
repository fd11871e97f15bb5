/** Equal for calls of one tool with equal arguments, whatever the order of their members. */
export function actionKey(name: string, toolArguments: unknown): string {
  return `${JSON.stringify(name)} ${canonical(toolArguments, [])}`;
}

/** JSON with sorted members; what JSON cannot say is written in a way that no JSON is. */
function canonical(value: unknown, above: readonly object[]): string {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? typeof value;
  if (above.includes(value)) return "cycle";
  const path = [...above, value];
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item, path)).join(",")}]`;
  if (value instanceof Date) return `date ${value.getTime()}`;
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member, path)}`).join(",")}}`;
}
