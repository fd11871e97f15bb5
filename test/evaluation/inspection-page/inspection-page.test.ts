import { describe, expect, it } from "vitest";
import { toInspectionPage } from "../../../src/evaluation/inspection-page/inspection-page.ts";
import type { InspectedAgent, InspectedValidation } from "../../../src/evaluation/inspection-page/inspection.ts";
import { agentOf, headingsOf, judged, rowsOf, sampleOf, unbalanced } from "./inspected.ts";

const swift = agentOf(
  "swift",
  sampleOf(1, judged("book", "CCCCC"), judged("pay", "IIIII")),
  sampleOf(2, judged("book", "CCCII")),
);
const sure = agentOf(
  "sure",
  sampleOf(1, judged("book", "CCC"), judged("pay", "CCC")),
  sampleOf(2, judged("book", "CCX")),
);
const silent = agentOf("silent", sampleOf(1, judged("book", "")), sampleOf(2, judged("pay", "", { passed: false })));

const pageOf = (...agents: readonly InspectedAgent[]): string => toInspectionPage({ agents });

const failedAs = (sampleId: number, validated: InspectedValidation) => ({ sampleId, validated, baseError: "e" });
const analysed: InspectedAgent = {
  ...swift,
  errors: {
    clusters: new Map([
      ["payment", [failedAs(1, judged("pay", "I")), failedAs(2, judged("pay", "I")), failedAs(2, judged("tip", "I"))]],
      ["booking", [failedAs(2, judged("book", "I"))]],
    ]),
    unclustered: [failedAs(3, judged("leave", "I"))],
    passed: [],
  },
};

describe("AI-27: the leaderboard", () => {
  it("AI-27: has the best mean progress first, with its deviation, and agents without grades last", () => {
    expect(headingsOf(pageOf(silent), "Leaderboard").slice(0, 4)).toEqual([
      "Agent",
      "Rank",
      "Mean progress",
      "Standard deviation",
    ]);
    expect(rowsOf(pageOf(silent, swift, sure), "Leaderboard")).toEqual([
      ["sure", "1", "1.0000", "0.0000", "1.0000", "2 of 2"],
      ["swift", "2", "0.5500", "0.2449", "0.3333", "2 of 2"],
      ["silent", "3", "–", "–", "0.5000", "0 of 2"],
    ]);
  });

  it("AI-27: says why samples are without grades", () => {
    const uneven = agentOf(
      "uneven",
      sampleOf(1, judged("a", "CC"), judged("b", "C")),
      sampleOf(2),
      sampleOf(3, judged("a", "C")),
    );
    const page = pageOf(uneven);
    expect(rowsOf(page, "Leaderboard")).toEqual([["uneven", "1", "1.0000", "0.0000", "1.0000", "1 of 3"]]);
    expect(page).toContain("Samples without grades: 1 (subgoals have different numbers of grades");
    expect(page).toContain("Samples without grades: 1 (nothing was validated)");
  });
});

describe("AI-27: the dot plot", () => {
  it("AI-27: has a dot for each agent with grades: the mean to the right, the deviation upwards", () => {
    const page = pageOf(silent, swift, sure);
    const dots = [...page.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)" r="4"><title>([^<]*)<\/title>/g)];
    expect(dots.map(([, x, y, title]) => [Number(x), Number(y), title])).toEqual([
      [330, 204, "sure: 1.0000, 0.0000"],
      [197.7, 47.2, "swift: 0.5500, 0.2449"],
    ]);
    expect(page).toMatch(/text-anchor="end">sure<\/text>/);
    expect(page).toMatch(/text-anchor="start">swift<\/text>/);
    expect(page).toContain("1 without grades by a judge");
  });

  it("AI-27: names no dot over another, and says how many are without a name", () => {
    const crowd = Array.from({ length: 30 }, (_, at) => agentOf(`agent ${at}`, sampleOf(1, judged("a", "CCI"))));
    const page = pageOf(...crowd);
    expect(page.match(/<circle /g)).toHaveLength(30);
    const named = page.match(/<text [^>]*>agent \d+<\/text>/g)?.length ?? 0;
    expect(named).toBeGreaterThan(1);
    expect(page).toContain(`${30 - named} dots too close to others for a name`);
  });
});

describe("AI-27: errors by sample", () => {
  it("AI-27: counts each cluster in each sample, the largest cluster and the sample with most errors first", () => {
    const page = pageOf(analysed);
    expect(headingsOf(page, "Errors by sample")).toEqual(["Sample", "payment", "booking", "in no cluster"]);
    expect(rowsOf(page, "Errors by sample")).toEqual([
      ["2", "2", "1", "0"],
      ["1", "1", "0", "0"],
      ["3", "0", "0", "1"],
      ["All samples", "3", "1", "1"],
    ]);
  });

  it("AI-27: tells trials of one sample apart", () => {
    const errors = {
      clusters: new Map([["x", [1, 2].map((runId) => ({ sampleId: 1, runId, validated: judged("a", "I") }))]]),
      unclustered: [],
      passed: [],
    };
    expect(rowsOf(pageOf({ ...swift, errors }), "Errors by sample").map(([name]) => name)).toEqual([
      "1, run 1",
      "1, run 2",
      "All samples",
    ]);
  });
});

describe("AI-27: subgoals by judge", () => {
  it("AI-27: has what each trial said, by number, the share of it and what came of it", () => {
    const page = pageOf(
      agentOf("one", sampleOf("s", judged("book", "CCI"), judged("pay", "CX")), sampleOf("t", judged("tip", ""))),
    );
    expect(headingsOf(page, "Subgoals by judge").slice(1)).toEqual([
      "Trial 1",
      "Trial 2",
      "Trial 3",
      "Share of 1",
      "Passed",
    ]);
    expect(rowsOf(page, "Subgoals by judge")).toEqual([
      ["s: book", "1", "1", "0", "0.67", "no"],
      ["s: pay", "1", "–", "–", "1.00", "yes"],
      ["t: tip", "–", "–", "–", "–", "yes"],
    ]);
    expect(page).toMatch(/<td class="share-4">1<\/td><td class="share-4">1<\/td><td class="share-0">0<\/td>/);
  });

  it("AI-27: leads from each row to what was asked and answered", () => {
    const page = pageOf(swift, sure);
    const links = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
    const marks = [...page.matchAll(/<h4 id="([^"]+)"/g)].map(([, id]) => id);
    expect(links).toHaveLength(6);
    expect(marks).toEqual(links);
    expect(new Set(marks).size).toBe(6);
  });
});

describe("AI-27: what was asked and answered", () => {
  it("AI-27: has the subgoal, each trial's words and the prompt, closed", () => {
    const page = pageOf(agentOf("one", sampleOf(7, judged("book", "CIX", { prompt: "Has it booked?\nSay so." }))));
    const [, opened = ""] = /<details>([^]*?)<\/details>/.exec(page) ?? [];
    expect(opened).toContain("<summary><bdi>7</bdi>: <bdi>book</bdi> – not passed</summary>");
    expect(
      [...opened.matchAll(/<h4[^>]*>([^<]*)<\/h4><pre dir="auto">([^<]*)<\/pre>/g)].map(([, ...found]) => found),
    ).toEqual([
      ["Subgoal", "book"],
      ["What came of it", "what came of book"],
      ["Trial 1: complete", "trial 1 of book&#10;&#10;GRADE: C"],
      ["Trial 2: incomplete", "trial 2 of book&#10;&#10;GRADE: I"],
      ["Trial 3: no grade", "trial 3 of book&#10;&#10;GRADE: X"],
      ["Prompt", "Has it booked?&#10;Say so."],
    ]);
  });

  it("AI-27: says that the prompt or the judge's words were not kept", () => {
    const page = pageOf(silent);
    expect(page).toContain("The prompt was not kept.");
    expect(page).toContain("What the judge said was not kept.");
    expect(page).toContain("What the judge said in its trials was not kept.");
  });
});

describe("AI-27: the page", () => {
  const bare: [string, InspectedAgent[], string[]][] = [
    ["no agents", [], ["There is no agent.", "No agent has grades by a judge."]],
    ["no samples", [agentOf("a")], ["Nothing was validated.", "The errors were not analysed."]],
    ["no errors", [{ ...sure, errors: { clusters: new Map(), unclustered: [], passed: [] } }], ["Nothing failed."]],
  ];
  it.each(bare)("AI-27: says that there are %s", (_what, agents, sentences) => {
    const page = pageOf(...agents);
    for (const sentence of sentences) expect(page).toContain(sentence);
    expect(unbalanced(page)).toEqual([]);
  });

  it("AI-27: needs nothing but itself, runs nothing, and has every table captioned and scoped", () => {
    const page = pageOf(analysed, sure, silent);
    expect(page).toContain(
      `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    );
    expect(page).not.toMatch(/<script|<link|<img|<iframe|\bsrc=|\bon\w+=|url\(|@import|https?:/i);
    expect(page.match(/<table><caption>[^<]+<\/caption>/g)).toHaveLength(page.match(/<table>/g)!.length);
    expect(page).not.toMatch(/<th(?! scope="(?:row|col)")[ >]/);
    expect(page.match(/<h1>/g)).toHaveLength(1);
    expect(unbalanced(page)).toEqual([]);
  });

  it("AI-27: shows what agents and judges wrote as text, wherever it stands", () => {
    const attack =
      "</details></title></style><script>alert(1)</script>]]>--><img src=x onerror='a()' \u202e\u0000\u001b[2J\u{e0041}\ud800";
    const hostile = judged(attack, "CI", {
      prompt: attack,
      explanation: attack,
      notes: [attack, `${attack}\nGRADE: I`],
    });
    const errors = {
      clusters: new Map([[attack, [{ sampleId: attack, validated: hostile, baseError: attack }]]]),
      unclustered: [],
      passed: [],
    };
    const page = toInspectionPage({
      title: attack,
      agents: [{ name: attack, samples: [sampleOf(attack, hostile)], errors }],
    });
    const harmless = pageOf({ ...swift, errors });
    expect(page).not.toMatch(/<(?:script|img)|<\/(?:title|style)>[^<]*<script/i);
    // oxlint-disable-next-line no-control-regex -- looking for them is the purpose
    expect(page).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u202a-\u202e\u{e0000}-\u{e007f}]|\p{Surrogate}/u);
    expect(page.match(/<details>/g)).toHaveLength(page.match(/<\/details>/g)!.length);
    expect([unbalanced(page), unbalanced(harmless)]).toEqual([[], []]);
    expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(page).toContain("[U+202E]");
    const names = new Set([...page.matchAll(/<([a-z]\w*)/gi)].map(([, name]) => name));
    expect([...names].filter((name) => !ownElements.includes(name ?? ""))).toEqual([]);
  });

  const manyOf = (count: number): InspectedAgent =>
    agentOf(
      "many",
      ...Array.from({ length: count }, (_, at) => sampleOf(at, judged(`goal ${at}`, at === count - 1 ? "II" : "CC"))),
    );

  it("AI-27: has room for so many validations, keeps what failed, and says how many it leaves out", () => {
    const page = pageOf(manyOf(3000));
    const rows = rowsOf(page, "Subgoals by judge");
    expect(rows).toHaveLength(400);
    expect([rows[0]?.[0], rows.at(-1)?.[0]]).toEqual(["0: goal 0", "2999: goal 2999"]);
    expect(page).toContain("2600 more validations left out");
    expect(page).toContain("2600 of 3000 validations left out; what failed is kept first");
    expect(rowsOf(page, "Leaderboard")[0]?.at(-1)).toBe("3000 of 3000");
  });

  it("AI-27: stays below its bound when everything is long, and keeps rows for what cannot be opened", () => {
    const long = `<${"\u202e".repeat(30_000)}`;
    const notes = Array.from({ length: 40 }, () => long);
    const wordy = judged(long, "CI", { prompt: long, notes });
    const agents = Array.from({ length: 22 }, (_, at) =>
      agentOf(`${at}${long}`, ...[1, 2].map((sample) => sampleOf(sample, wordy))),
    );
    const page = pageOf(...agents);
    expect(page.length).toBeLessThan(7_000_000);
    expect(page).toContain("2 more agents are in the leaderboard only");
    expect(page).toContain("25 more trials left out.");
    expect(page).toContain("2 of 2 validations left out");
    expect(rowsOf(page, "Subgoals by judge")).toHaveLength(40);
    expect(unbalanced(page)).toEqual([]);
  });
});

const ownElements =
  "html head meta title style body main h1 h2 h3 h4 p div table caption thead tbody tr th td a bdi figure svg desc path text circle figcaption section details summary pre em".split(
    " ",
  );
