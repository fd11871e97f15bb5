/**
 * How many tokens a text may cost, without its model's tokenizer: a third of its UTF-8 bytes, rounded up. English is
 * over-estimated by about a third, Chinese or Japanese hardly, so a budget that holds here holds at the provider.
 */
export function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text, "utf8") / 3);
}
