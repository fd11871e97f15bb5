/** Without a queue: whoever sends the data waits until the server upstream has answered. */
import { setMaxListeners } from "node:events";
import { PermanentError, UnavailableError } from "../../model/errors.ts";
import type { Forwarding, ForwardingOptions } from "./forwarding.ts";
import { sendWithRetry } from "./retry.ts";

export function createDirectForwarding({ policy, attempt, reports }: ForwardingOptions): Forwarding {
  const stopping = new AbortController();
  setMaxListeners(0, stopping.signal); // one a sender that waits
  return {
    async take(request) {
      let attempts = 1;
      const outcome = await sendWithRetry({
        policy,
        stopping: stopping.signal,
        attempt: async () => attempt(request),
        async onRetry(error) {
          attempts += 1;
          reports.retrying(error);
        },
      });
      if (outcome.status === "sent") return reports.sent(request, outcome.partialSuccess);
      if (outcome.status === "stopped") throw new UnavailableError("The exporter is shutting down.");
      reports.gaveUp(request, outcome.error, attempts);
      throw outcome.error.retryable
        ? new UnavailableError("The server upstream cannot be reached.", { cause: outcome.error })
        : new PermanentError("The server upstream refuses the data.", { cause: outcome.error });
    },
    async stop() {
      stopping.abort();
    },
  };
}
