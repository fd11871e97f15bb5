import type { BuiltSession } from "../../src/model/session.ts";
import type { Span } from "../../src/model/span.ts";
import { createSessionBuilder } from "../../src/session/build-session.ts";

/** The session after the last of the spans, built on with each. */
export function builtOneByOne(spans: readonly Span[], conversationId?: string): BuiltSession | undefined {
  const builder = createSessionBuilder();
  let session: BuiltSession | undefined;
  for (const span of spans) {
    builder.add({ spans: [span], logRecords: [] });
    session = builder.build(conversationId).session;
  }
  return session;
}
