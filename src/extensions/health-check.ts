/** Says whether the server takes data. Source: collector contrib `healthcheckextension`. */
import { createServer, type RequestListener } from "node:http";
import { z } from "zod";
import { endpoint, withoutEffect } from "../component/config-schemas.ts";
import type { ExtensionFactory } from "../component/extension.ts";
import { listen, type Listener } from "../component/listen.ts";

const configSchema = z.strictObject({
  endpoint: endpoint.prefault("localhost:13133"),
  path: z.string().startsWith("/").default("/"),
  /** Other machines may ask too, say the one that restarts this server when it is not healthy. */
  public: z.boolean().default(false),
  /** What is answered instead of the JSON. */
  response_body: z.strictObject({ healthy: z.string().optional(), unhealthy: z.string().optional() }).prefault({}),
  check_collector_pipeline: withoutEffect("it has none in the collector either"),
});

export const healthCheck: ExtensionFactory<z.infer<typeof configSchema>> = {
  type: "health_check",
  description: "Answers 200 while the server takes data, else 503.",
  configSchema,
  create({ endpoint, path, response_body, ...reach }, { id, isReady }) {
    let listener: Listener | undefined;
    let since = { date: new Date(), ms: performance.now() };
    const answer: RequestListener = (request, response) => {
      if (request.url?.split("?", 1)[0] !== path) return response.writeHead(404).end();
      if (request.method !== "GET" && request.method !== "HEAD")
        return response.writeHead(405, { allow: "GET, HEAD" }).end();
      const ready = isReady();
      const text = ready ? response_body.healthy : response_body.unhealthy;
      return response
        .writeHead(ready ? 200 : 503, { "content-type": text === undefined ? "application/json" : "text/plain" })
        .end(text ?? JSON.stringify(ready ? available(since) : { status: "Server not available" }));
    };
    return {
      async start() {
        since = { date: new Date(), ms: performance.now() };
        listener = await listen(endpoint, `extensions::${id}::endpoint`, () => createServer(answer), reach);
      },
      async shutdown() {
        await listener?.close();
      },
      urls: () => (listener === undefined ? [] : [`${listener.url}${path}`]),
    };
  },
};

/** The uptime is not the difference of two dates: the clock may have been set. */
function available({ date, ms }: { date: Date; ms: number }) {
  const uptime = `${((performance.now() - ms) / 1000).toFixed(3)}s`;
  return { status: "Server available", upSince: date.toISOString(), uptime };
}
