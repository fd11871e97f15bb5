/**
 * What was thrown, as text: agents and checks may throw anything, also what cannot be made a text of. `where` adds the stack.
 */
export function describeThrown(
  thrown: unknown,
  { longest, where = false }: { longest: number; where?: boolean },
): string {
  try {
    if (!(thrown instanceof Error)) return String(thrown).slice(0, longest);
    const text = where ? `${thrown.name}: ${thrown.message}\n${thrown.stack ?? ""}` : thrown.message;
    return text.slice(0, longest);
  } catch {
    return "something was thrown that cannot be shown";
  }
}
