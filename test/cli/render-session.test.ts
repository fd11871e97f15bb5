import type { JudgeState } from "@turnwise/client";
import { describe, expect, it } from "vitest";
import { toSessionDetail } from "../../src/api/session-detail.ts";
import { renderSession } from "../../src/cli/render-session.ts";
import { renderSessions } from "../../src/cli/render-sessions.ts";
import { coloured, plain } from "../../src/cli/terminal.ts";
import { widthOf } from "../../src/cli/text-layout.ts";
import { built, judgedSession } from "../support/judged-session.ts";

const detail = toSessionDetail(judgedSession);
const render = (session = detail, width = 100) => renderSession(session, { paint: plain, width });
// oxlint-disable-next-line no-control-regex -- colours are control sequences
const stripColours = (text: string) => text.replaceAll(/\u001b\[\d+m/g, "");

describe("a session in the terminal", () => {
  it("reads like this", async () => {
    await expect(render()).toMatchFileSnapshot("golden/session.txt");
  });

  it("says of the judge whether it is calibrated, where that is known: of the version that judged, and of trajectories", () => {
    const agreement = { target: "trajectory", calibrated: true };
    const judgeWith = (version: string, fields: object) =>
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only what is looked at
      ({ name: "rules", versions: [{ version, agreement: [{ ...agreement, ...fields }] }] }) as unknown as JudgeState;
    const by = (...judges: readonly JudgeState[]) =>
      /judged by .*/.exec(renderSession(detail, { paint: plain, width: 100 }, judges))?.[0];
    expect(by()).toBe("judged by rules 1");
    expect(by(judgeWith("1", {}))).toBe("judged by rules 1");
    expect(by(judgeWith("2", {}))).toBe("judged by rules (uncalibrated) 1");
    expect(by(judgeWith("1", { calibrated: false }))).toBe("judged by rules (uncalibrated) 1");
    expect(by(judgeWith("1", { target: "turn" }))).toBe("judged by rules (uncalibrated) 1");
  });

  it("says of a judge that did not judge it why, and when it is asked again", () => {
    const reason = "The endpoint answered 401: \u001b[2Jno";
    const retryAt = new Date("2026-09-01T10:00:00Z");
    const judging = [{ judge: "llm", status: "paused", code: "unauthorized", reason, retryAt }] as const;
    const judges = ["rules", "llm"].map((name) => ({ name, version: "1" }));
    const text = render(toSessionDetail({ ...judgedSession, judging: [...judgedSession.judging, ...judging] }, judges));
    expect(text.replaceAll(/\s+/g, " ")).toContain(
      "llm paused: The endpoint answered 401: \\x1b[2Jno; it is asked again at 2026-09-01T10:00:00.000Z",
    );
    expect(text).not.toMatch(/^rules /m);
  });

  it("says what evaluators scored, of each turn and of the session, the worst first", () => {
    const common = { evaluator: "refunds", version: "1" };
    const metricScores = [
      { ...common, name: "conciseness", turn: 1, value: 0.75, explanation: "to the \u001b[2Jpoint" },
      { ...common, name: "fluency", turn: 1, value: null, error: { code: "timeout", message: "took too long" } },
      { ...common, name: "coherence", turn: 1, value: 0.5 },
      { ...common, name: "no_answer", turn: 1, value: null, explanation: "There is no answer." },
      { ...common, name: "refunded", value: 0, label: "failed", explanation: "Called: nothing." },
    ];
    const text = render(toSessionDetail({ ...judgedSession, metricScores }));
    expect(text.split("\n").filter((line) => line.startsWith("  score"))).toEqual([
      "  score   0.50 refunds/coherence",
      "  score   0.75 refunds/conciseness: to the \\x1b[2Jpoint",
      "  score   refunds/fluency failed: took too long (timeout)",
      "  score   none of refunds/no_answer: There is no answer.",
      "  score   failed refunds/refunded: Called: nothing.",
    ]);
    expect(text.trimEnd().split("\n").at(-1)).toContain("refunds/refunded");
  });

  it("fits a narrow terminal", async () => {
    const narrow = render(detail, 60);
    for (const line of narrow.split("\n")) expect(widthOf(line)).toBeLessThanOrEqual(60);
    await expect(narrow).toMatchFileSnapshot("golden/session-narrow.txt");
  });

  it("is the same in colour", () => {
    const text = renderSession(detail, { paint: coloured, width: 100 });
    expect(text).not.toBe(render());
    expect(stripColours(text).replaceAll(/ +$/gm, "")).toBe(render());
  });

  it("cannot be coloured, moved or reordered by what the agent wrote", () => {
    const hostile = "\u001b[2J\u009b1A\u202e<b>\r\u0007";
    const turn = { ...built.turns[0]!, userContent: hostile, assistantContent: hostile, error: hostile };
    const session = { ...judgedSession.session, agentName: hostile, error: hostile, turns: [turn] };
    const text = render(toSessionDetail({ ...judgedSession, session }));
    // oxlint-disable-next-line no-control-regex -- finding control characters is the purpose
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(text).toContain("\\x1b[2J\\x9b1A\\u202e<b>");
  });

  it("says who voted how where several answers decided", () => {
    const votes = {
      agreement: 0.5,
      trials: [
        { model: "gpt-a", score: 1 as const, reasoning: "Told." },
        { model: "gpt-\u001b[2Jb", score: 0 as const, reasoning: "Half told." },
        { model: "gpt-c", score: null, reasoning: "The model refused to answer" },
      ],
    };
    const [first] = detail.turns;
    const text = render({
      ...detail,
      turns: [{ ...first!, judgement: { ...first!.judgement!, ...votes } }],
      trajectory: { ...detail.trajectory!, ...votes, trials: votes.trials.slice(0, 2) },
    });
    expect(text).toMatch(/^ {10}1 of 2 votes: gpt-a \+1, gpt-\\x1b\[2Jb 0, gpt-c no answer$/m);
    expect(text).toMatch(/^ {10}1 of 2 votes: gpt-a \+1, gpt-\\x1b\[2Jb 0$/m);
    expect(render()).not.toContain("votes");
  });

  it("says what is not judged", () => {
    const [first, second] = detail.turns;
    const partly = render({ ...detail, trajectory: null, turns: [first!, { ...second!, judgement: null }] });
    expect(partly).toMatch(/^ {2}judge {3}not judged$/m);
    expect(partly).toMatch(/^Trajectory {2}not judged$/m);
    const turns = detail.turns.map((turn) => ({ ...turn, judgement: null }));
    expect(render({ ...detail, trajectory: null, turns })).toMatch(/\n\nNot judged\.\n$/);
  });

  it("names what was attached and made, what the model thought, and what the provider ran", () => {
    const unknown = { media_type: null, name: null, uri: null, bytes: null };
    const [first] = detail.turns;
    const turn = {
      ...first!,
      user_content: "What is this?",
      attachments: [
        { ...unknown, kind: "image" as const, media_type: "image/png", name: "\u001b[2Ja.png", bytes: 120_400 },
        { ...unknown, kind: "file" as const, uri: "file-1" },
      ],
      model_calls: [
        {
          ...first!.model_calls[0]!,
          reasoning: "It has whiskers.",
          attachments: [{ ...unknown, kind: "image" as const }],
        },
      ],
      tool_calls: [
        { ...first!.tool_calls[0]!, name: "web_search", provider_run: true, started_at: null, ended_at: null },
      ],
    };
    const lines = render({ ...detail, turns: [turn] }).split("\n");
    expect(lines).toContain("  user    What is this?");
    expect(lines).toContain("          attached: image \\x1b[2Ja.png (image/png, 120 kB), file (file-1)");
    expect(lines).toContain("          thought: It has whiskers.");
    expect(lines).toContain("          made: image");
    expect(lines.find((line) => line.includes("web_search"))).toMatch(/ {2}\(run by the provider\)$/);
  });

  it("shows how a turn is out of the ordinary", () => {
    const turn = {
      ...detail.turns[0]!,
      aborted: true,
      inferred: true,
      regenerates_turn: 4,
      flags: ["guessed_session" as const],
    };
    const text = render({ ...detail, turns: [turn] });
    expect(text).toMatch(/^Turn 1 \(answers turn 4 anew\) {2}aborted · inferred · guessed_session · /m);
  });

  it("shows tools in their place between the model calls", () => {
    const rows = render().split("\n");
    const place = (text: string) => rows.findIndex((row) => row.includes(text));
    expect(place("· tool_calls")).toBeLessThan(place("get_order"));
    expect(place("get_order")).toBeLessThan(place("· stop"));
  });
});

describe("sessions as a table", () => {
  const { turns: _turns, trajectory: _trajectory, system_prompt: _prompt, metric_scores: _scores, ...shared } = detail;
  const item = { ...shared, first_user_content: "Where is\nmy \u001b[31morder?", last_assistant_content: null };

  it("reads like this", async () => {
    const unjudged = { ...item.summary, trajectory_score: null, judged_turns: 0, net_score: 0 };
    const rows = [
      item,
      { ...item, status: "running" as const, summary: { ...item.summary, trajectory_score: null, net_score: 1 } },
      { ...item, status: "open" as const, first_user_content: "長い".repeat(60), summary: unjudged },
    ];
    const text = renderSessions(rows, { paint: plain, width: 120 });
    for (const line of text.split("\n")) expect(widthOf(line)).toBeLessThanOrEqual(120);
    await expect(text).toMatchFileSnapshot("golden/sessions.txt");
  });

  it("says when there are none", () => {
    expect(renderSessions([], { paint: plain, width: 120 })).toBe("No sessions.\n");
  });
});
