/** `5_000` as the number that it is for the collector, whose YAML is 1.1's; YAML 1.2 has no such numbers. Else undefined. */
export function groupedDigits(text: string): number | undefined {
  return /^[-+]?[1-9]\d*(?:_\d+)+$/.test(text) ? Number(text.replaceAll("_", "")) : undefined;
}
