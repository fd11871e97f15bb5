import { describe, expect, it, vi } from "vitest";
import { createShortLogger } from "../../src/cli/logger.ts";
import { createProgress, renderBar } from "../../src/cli/progress.ts";
import { milliseconds, money } from "../../src/cli/quantities.ts";
import { renderWelcome } from "../../src/cli/render-welcome.ts";
import { outputTo, plain } from "../../src/cli/terminal.ts";

function recorder(isTerminal = true) {
  const written: string[] = [];
  return { written, output: { write: (text: string) => void written.push(text), paint: plain, width: 80, isTerminal } };
}

describe("an output", () => {
  const stream = (changes = {}) => ({
    write: () => true,
    isTTY: true,
    columns: 120,
    hasColors: () => true,
    ...changes,
  });

  it.each([
    ["a terminal", stream(), {}, 120],
    ["a very wide terminal", stream({ columns: 500 }), {}, 160],
    ["a very narrow terminal", stream({ columns: 10 }), {}, 40],
    ["a pipe", stream({ isTTY: undefined, columns: undefined }), {}, 100],
    ["a pipe with COLUMNS", stream({ isTTY: undefined, columns: undefined }), { COLUMNS: "72" }, 72],
    ["a pipe with nonsense in COLUMNS", stream({ columns: undefined }), { COLUMNS: "wide" }, 100],
  ])("to %s has its width", (_name, to, env, width) => {
    expect(outputTo(to, env).width).toBe(width);
  });

  it("has colours only where the stream says that it has them", () => {
    expect(outputTo(stream(), {}).paint("red", "x")).toBe("\u001b[31mx\u001b[39m");
    expect(outputTo(stream({ hasColors: () => false }), {}).paint("red", "x")).toBe("x");
    expect(outputTo(stream({ hasColors: undefined }), {}).paint("red", "x")).toBe("x");
  });
});

describe("the log at a terminal", () => {
  it("is one short line each, harmless whatever is in it", () => {
    const { written, output } = recorder();
    const logger = createShortLogger("info", output);
    logger.info({ port: 4318, path: "/tmp/\u001b[2Jx" }, "listening");
    logger.error({ err: new Error("first\nsecond") }, "it \u001b[31mbroke");
    logger.debug({}, "not shown");
    expect(written.map((line) => line.replace(/^\d\d:\d\d:\d\d /, ""))).toEqual([
      "info  listening port=4318 path=/tmp/\\x1b[2Jx\n",
      'error it \\x1b[31mbroke err="first second"\n',
    ]);
  });
});

describe("a progress bar", () => {
  it.each([
    [0, 10, 0, "░░░░░░░░░░░░░░░░░░░░░░░░ 0 of 10"],
    [5, 10, 5000, "████████████░░░░░░░░░░░░ 5 of 10  1.0/s  5.0 s left"],
    [5, 10, 40, "████████████░░░░░░░░░░░░ 5 of 10  125/s  40 ms left"],
    [10, 10, 9000, "████████████████████████ 10 of 10  1.1/s"],
    [0, 0, 0, "░░░░░░░░░░░░░░░░░░░░░░░░ 0 of 0"],
  ])("of %i of %i reads so", (done, total, elapsed, expected) => {
    expect(renderBar(done, total, elapsed)).toBe(expected);
  });

  it("draws at most ten times a second, and the end in any case", () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    const { written, output } = recorder();
    const progress = createProgress(1000, output);
    for (let n = 0; n < 1000; n++) {
      vi.advanceTimersByTime(1);
      progress.advance();
    }
    expect(written.length).toBeLessThanOrEqual(11);
    expect(written.at(-1)).toContain("1,000 of 1,000");
    vi.useRealTimers();
  });

  it("is not drawn where nobody watches", () => {
    const { written, output } = recorder(false);
    const progress = createProgress(1, output);
    progress.advance();
    progress.clear();
    expect(written).toEqual([]);
  });
});

describe("quantities", () => {
  it.each([
    [0, "0 ms"],
    [999, "999 ms"],
    [1000, "1.0 s"],
    [61_000, "1 min 1 s"],
    [119_999, "2 min 0 s"],
  ])("%i milliseconds are %s", (value, text) => {
    expect(milliseconds(value)).toBe(text);
  });

  it.each([
    [null, ""],
    [0, "$0.00"],
    [1.239, "$1.24"],
    [0.000426, "$0.00043"],
    [0.00000012, "$0.00000012"],
  ])("%d dollars are %j", (value, text) => {
    expect(money(value)).toBe(text);
  });
});

describe("the screen that serve shows", () => {
  const welcome = {
    version: "1.2.3",
    otlp_url: "http://localhost:4318",
    otlp_grpc_url: "grpc://localhost:4317",
    api_url: "http://localhost:8000",
    health_url: "http://localhost:13133",
    metrics_url: "http://localhost:8888/metrics",
    data: "/home/me/data",
    judges: [
      { name: "rules", version: "r1", off: null },
      { name: "llm", version: "l1", off: "no API key: set TURNWISE_LLM_API_KEY" },
    ],
    evaluators: [
      { name: "refunds", off: null },
      { name: "quality", off: "it asks the model of the judge llm, which has no API key" },
    ],
  };

  it("reads like this", async () => {
    await expect(renderWelcome(welcome, { paint: plain })).toMatchFileSnapshot("golden/welcome.txt");
  });

  it("fits one screen", () => {
    const lines = renderWelcome(welcome, { paint: plain }).split("\n");
    expect(lines.length).toBeLessThanOrEqual(24);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(100);
  });

  it("says how to send elsewhere when the port is not the one that SDKs know", () => {
    const text = renderWelcome({ ...welcome, otlp_url: "http://localhost:5000" }, { paint: plain });
    expect(text).toContain("OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:5000 node agent.js");
    expect(renderWelcome(welcome, { paint: plain })).not.toContain("OTEL_EXPORTER");
  });

  it("leaves out what does not run", () => {
    const text = renderWelcome(
      { ...welcome, otlp_url: null, otlp_grpc_url: null, health_url: null, metrics_url: null },
      { paint: plain },
    );
    expect(text).not.toMatch(/send spans|health|metrics|instrumentation/);
  });
});
