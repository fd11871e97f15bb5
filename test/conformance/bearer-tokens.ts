/** The `bearertokenauth` extension for the servers of the table. */
import { type Authenticator, isAuthenticator } from "../../src/component/extension.ts";
import { bearerTokenAuth } from "../../src/extensions/bearer-token-auth.ts";
import { createTelemetry } from "../../src/service/telemetry.ts";
import { noNeeds } from "../support/no-needs.ts";
import { recordingLogger } from "../support/recording-logger.ts";

export function bearerTokens(settings: object): Authenticator {
  const context = { id: "bearertokenauth", logger: recordingLogger(), telemetry: createTelemetry() };
  const extension = bearerTokenAuth.create(bearerTokenAuth.configSchema.parse(settings), {
    ...context,
    isReady: () => true,
    ...noNeeds,
  });
  if (!isAuthenticator(extension)) throw new Error("bearertokenauth is no authenticator");
  return extension;
}
