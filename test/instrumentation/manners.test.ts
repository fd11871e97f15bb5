/** What an application sees must be what it sees without us, whatever it does with its libraries. */
import { expect, it } from "vitest";
import { runApp } from "./run-app.ts";

const nowhere = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1", TURNWISE_QUIET: "1" };
const preload = ["--import", "@turnwise/instrumentation/register"];

it.each(["openai.mjs", "anthropic.mjs", "tools.mjs"])(
  "changes nothing that %s can see",
  { timeout: 60_000 },
  async (app) => {
    const [bare, recorded] = await Promise.all([
      runApp(`manners/${app}`),
      runApp(`manners/${app}`, { nodeArgs: preload, env: nowhere }),
    ]);
    expect(bare.code).toBe(0);
    expect(bare.stdout.match(/^# /gm)?.length).toBeGreaterThan(10);
    expect({ code: recorded.code, stdout: recorded.stdout }).toEqual({ code: 0, stdout: bare.stdout });
  },
);
