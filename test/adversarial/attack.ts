/**
 * Inputs that could end, swell, stall or corrupt a server, sent to a real one in a process of its own. After each: the
 * process lives, a normal request is stored, no shared prototype was written to, memory stayed bounded, and it was counted.
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sessionDetailSchema } from "../../src/api/contract.ts";
import { packagedConfigPath } from "../../src/config/config-sources.ts";
import { conversationSessionId } from "../../src/stores/sqlite/session-id.ts";
import { sendModelCalls } from "../support/otlp-sender.ts";
import { temporaryDataDir } from "../support/server.ts";
import { type ServerProcess, startServerProcess } from "../support/server-process.mjs";
import { storedSpans } from "../support/stored-spans.ts";

const MEBIBYTE = 1024 * 1024;
/** The largest body may be held several times: as it came, decompressed, by the store. A server at rest has about 170 MiB. */
const GROWTH_MIB = 400;
/** Also after all attacks together. */
const MOST_MIB = 1200;

export interface Attack {
  /** Its id in the list of adversarial inputs, and what it is. */
  readonly name: string;
  /** A part of the lines in the server's metrics whose sum must grow; or why nothing is counted. */
  readonly counts: string | { readonly none: string };
  readonly run: (server: AttackedServer) => Promise<void>;
  /** How much resident memory it may add at its peak, in MiB. */
  readonly growthMiB?: number;
}

export interface AttackedServer extends ServerProcess {
  /** Of OTLP over HTTP. */
  readonly port: number;
  /** Every port over HTTP that the server has. */
  readonly ports: readonly number[];
  /** The sum of the lines in the metrics that contain the text. */
  metric(part: string): Promise<number>;
}

export interface AttackOptions {
  /** Changes the text of the packaged configuration. */
  readonly edit?: (yaml: string) => string;
  readonly env?: Readonly<Record<string, string>>;
  /** A folder of its own without it. */
  readonly dataDir?: string;
  /** False where they are to stay open. */
  readonly sessionsAreJudged?: boolean;
}

/** One server for all attacks, one test for each; at the end sessions are still built and judged. */
export function describeAttacks(title: string, attacks: readonly Attack[], options: AttackOptions = {}): void {
  describe(`an attack on ${title}`, () => {
    let server: AttackedServer;
    beforeAll(async () => {
      server = await startAttackedServer(options);
    });
    afterAll(async () => {
      await server.stop();
      rmSync(server.dataDir, { recursive: true, force: true });
    });

    const named = attacks.map((attack) => [attack.name, attack] as const);
    test.each(named)("%s", { timeout: 60_000 }, async (_, { run, counts, growthMiB = GROWTH_MIB }) => {
      server.forgetPeak();
      const resident = server.residentBytes();
      const part = typeof counts === "string" ? counts : undefined;
      const before = part === undefined ? 0 : await server.metric(part);
      await run(server);
      await expectAlive(server);
      expect((server.peakBytes() - resident) / MEBIBYTE).toBeLessThan(growthMiB);
      expect(server.peakBytes() / MEBIBYTE).toBeLessThan(MOST_MIB);
      const counted = part === undefined ? 1 : (await server.metric(part)) - before;
      expect(counted).toBeGreaterThan(0);
    });

    const afterwards = options.sessionsAreJudged === false ? [] : ["sessions are still built and judged"];
    test.each(afterwards)("and after all of them %s", { timeout: 60_000 }, async () => {
      const conversation = "the last conversation";
      const { status } = await sendModelCalls(server.otlpUrl, conversation, ["hello"]);
      expect(status).toBe(200);
      const id = conversationSessionId("default", conversation);
      await expect.poll(() => statusOf(server, id), { timeout: 50_000, interval: 50 }).toBe("completed");
    });

    test("and after all of them it stops as it was told to", async () => {
      expect(await server.stop()).toBe(0);
    });
  });
}

export async function startAttackedServer(options: AttackOptions = {}): Promise<AttackedServer> {
  const { edit, env = {}, dataDir = temporaryDataDir() } = options;
  const config = join(dataDir, "config.yaml");
  if (edit !== undefined) writeFileSync(config, edit(readFileSync(packagedConfigPath, "utf8")));
  const server = await startServerProcess({ dataDir, env, ...(edit === undefined ? {} : { config }) });
  const portOf = (url: string): number => Number(new URL(url).port);
  return {
    ...server,
    port: portOf(server.otlpUrl),
    ports: [server.otlpUrl, server.apiUrl, server.healthUrl, server.metricsUrl].map(portOf),
    async metric(part) {
      const lines = (await (await fetch(server.metricsUrl)).text()).split("\n");
      const found = lines.filter((line) => !line.startsWith("#") && line.includes(part));
      return found.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
    },
  };
}

/** What holds after every attack. */
export async function expectAlive(server: ServerProcess): Promise<void> {
  const { spans, status } = await sendModelCalls(server.otlpUrl, "normal", ["hello"]);
  expect(server.isAlive(), `it said ${server.stderr()}`).toBe(true);
  expect(status).toBe(200);
  const stored = storedSpans(server.dataDir);
  expect(spans.filter(({ traceId, spanId }) => !stored.has(`${traceId}/${spanId}`))).toEqual([]);
  expect(server.stderr()).not.toContain("POLLUTED");
  expect(server.stderr().split("\n").filter(isErrorLine)).toEqual([]);
}

/** Pino's level of an error is 50. */
const isErrorLine = (line: string): boolean => line.includes('"level":50');

/** Undefined while there is no such session. */
export async function statusOf(server: ServerProcess, sessionId: string): Promise<string | undefined> {
  const answer = await fetch(`${server.apiUrl}/api/v1/sessions/${sessionId}`);
  const body: unknown = await answer.json();
  return answer.status === 200 ? sessionDetailSchema.parse(body).status : undefined;
}
