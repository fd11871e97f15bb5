import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { sessionDetailSchema } from "../../src/api/contract.ts";
import { toJsonRequest } from "../../src/otlp/to-json-request.ts";
import { agentSpan, attributes, randomTraceId } from "../support/agent-spans.ts";
import { emptyFolder, runCli } from "./run-cli.ts";

const said = (role: string, content: string) => [{ role, parts: [{ type: "text", content }] }];

const chat = (conversation: string, question: string, answer: string, startSecond: number) =>
  agentSpan({
    startSecond,
    traceId: randomTraceId(),
    attributes: attributes({
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "gpt-4o-mini",
      "gen_ai.conversation.id": conversation,
      "gen_ai.input.messages": JSON.stringify(said("user", question)),
      "gen_ai.output.messages": JSON.stringify(said("assistant", answer)),
    }),
  });

const folder = emptyFolder();
const file = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const one = JSON.stringify(toJsonRequest([chat("conv-1", "What is 1+1?", "2", 0)]));
const two = JSON.stringify(toJsonRequest([chat("conv-1", "And \u001b[1m2+2?", "4", 60)]));

describe("turnwise replay", () => {
  it("builds sessions from files, as a server would", async () => {
    const { status, stdout } = await runCli(["replay", file("1.json", one), file("2.json.gz", gzipSync(two))]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Session [0-9a-f]{32} {2}open\nconversation {2}conv-1\n/);
    expect(stdout.match(/^ {2}(?:user|agent) .*$/gm)).toEqual([
      "  user    What is 1+1?",
      "  agent   2",
      "  user    And \\x1b[1m2+2?",
      "  agent   4",
    ]);
    expect(stdout).toMatch(/\n\nNot judged\.\n$/);
  });

  it("prints session details as JSON", async () => {
    const { stdout } = await runCli(["replay", "--json", file("both.jsonl", `${one}\n${two}\n`)]);
    const [session, ...others] = z.array(sessionDetailSchema).parse(JSON.parse(stdout));
    expect(others).toEqual([]);
    expect(session).toMatchObject({ conversation_id: "conv-1", total_turns: 2, source: "otlp", trajectory: null });
    expect(session?.turns[1]?.user_content).toBe("And \u001b[1m2+2?");
  });

  it("says which records it left out", async () => {
    const odd = file("odd.json", one.replace(/"traceId":"[0-9a-f]+"/, '"traceId":"abc"'));
    const { status, stdout, stderr } = await runCli(["replay", odd, file("good.json", two)]);
    expect(status).toBe(0);
    expect(stderr).toBe(`warning: ${odd}: 1 record left out: spans[0]: traceId is not 32 hex digits\n`);
    expect(stdout).toContain("Turn 1");
  });

  it("says when nothing in the files is an agent's", async () => {
    const plain = JSON.stringify(
      toJsonRequest([agentSpan({ name: "GET /", attributes: attributes({ "http.method": "GET" }) })]),
    );
    const { status, stdout } = await runCli(["replay", file("plain.json", plain)]);
    expect([status, stdout]).toEqual([0, "No sessions: no span in these files is an agent's turn.\n"]);
  });

  it("names the line that it cannot read", async () => {
    const { status, stderr } = await runCli(["replay", file("second.jsonl", `${one}\n\n{broken\n${two}`)]);
    expect(status).toBe(1);
    expect(stderr).toContain("second.jsonl: line 3: The body is not well-formed JSON.");
  });

  it.each([
    ["nowhere.json", undefined],
    ["broken.json", "{"],
    ["broken.pb", "\u0001\u0002\u0003"],
    ["broken.json.gz", "not gzip"],
    ["unknown.xml", "<xml/>"],
  ])("names a file that it cannot read: %s", async (name, content) => {
    const path = content === undefined ? join(folder, name) : file(name, content);
    const { status, stdout, stderr } = await runCli(["replay", path]);
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^error \[file_unreadable\] /);
    expect(stderr).toContain(name);
  });
});
