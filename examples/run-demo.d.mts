/**
 * Runs the support agent once, as a child process, against a scripted model of its own: three turns, one failing tool.
 * Its spans go to `otlpUrl` (base URL of an OTLP/HTTP server). Each run is a conversation of its own, whose id comes back
 * with what the agent printed. Rejects if the agent fails; that no server listens is no failure of the agent.
 */
export function runDemo(options: {
  readonly otlpUrl: string;
  /** What the agent shows to a server that asks who sends. */
  readonly apiKey?: string | undefined;
}): Promise<{ readonly conversationId: string; readonly transcript: string }>;
