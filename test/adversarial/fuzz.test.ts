/** The fuzzer itself, and a short run of it. `npm run fuzz` is the long one. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { fuzz, type FuzzInput } from "../../bench/fuzz/fuzzer.mjs";

const command = fileURLToPath(new URL("../../bench/fuzz.mjs", import.meta.url));

async function runCommand(...args: readonly string[]): Promise<{ status: number | null; output: string }> {
  const child = spawn(process.execPath, [command, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.on("data", (data: Buffer) => (output += data.toString()));
  const status = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { status, output };
}

const corpus: readonly FuzzInput[] = [
  { signal: "traces", encoding: "json", body: Buffer.from('{"resourceSpans":[{"scopeSpans":[]}]}') },
  { signal: "logs", encoding: "protobuf", body: Buffer.from([0x0a, 0x02, 0x12, 0x00]) },
];

describe("the fuzzer", () => {
  test("makes the same requests of the same seed, and others of another", async () => {
    const bodiesOf = async (seed: number): Promise<readonly string[]> => {
      const bodies: string[] = [];
      const check = ({ body }: FuzzInput): boolean => {
        bodies.push(Buffer.from(body).toString("hex"));
        if (bodies.length === 200) throw new Error("enough");
        return true;
      };
      await fuzz({ corpus, seed, seconds: 10, check });
      return bodies;
    };
    expect(await bodiesOf(1)).toEqual(await bodiesOf(1));
    expect(await bodiesOf(1)).not.toEqual(await bodiesOf(2));
  });

  test("stops at what is wrong and tells it", async () => {
    const error = new Error("a brace is missing");
    const check = ({ encoding, body }: FuzzInput): boolean => {
      if (encoding === "json" && !Buffer.from(body).toString().endsWith("}")) throw error;
      return true;
    };
    const { failure } = await fuzz({ corpus, seed: 3, seconds: 10, check });
    expect(failure).toMatchObject({ error, input: { signal: "traces", encoding: "json" } });
  });
});

test("ten seconds of requests as no sender makes them show nothing wrong", { timeout: 60_000 }, async () => {
  const { status, output } = await runCommand("--seconds", "10", "--seed", "20261122");
  expect(output).toMatch(/^seed 20261122\nclean: \d+ runs/);
  expect(status).toBe(0);
});
