/** The reply as JSON, the whole of it; undefined when it is none. */
export function parseReply(reply: string): { readonly value: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(reply);
    return { value };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
