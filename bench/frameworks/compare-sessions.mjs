// Compares what was said and done in two built sessions, one from messages and one from spans: roles, texts, tool calls
// with their arguments and results, system prompt. Times, usage and span ids do not count.

/**
 * `expected`: built from the messages that the model call with the span id `snapshot` saw and wrote; `sessions`: built from
 * spans, one of which has that call. Returns the differences, and as `notes` what the spans tell beyond the snapshot.
 */
export function compareSessions(expected, sessions, snapshot) {
  const found = sessions.find(({ turns }) => turns.some((turn) => hasCall(turn, snapshot)));
  if (found === undefined) return report(expected, [`no turn was built from span ${snapshot}`], []);
  const { turns, notes } = upTo(found.turns, snapshot);
  const want = transcriptOf(expected.systemPrompt, expected.turns);
  const got = transcriptOf(found.systemPrompt, withoutLaterResults(turns, expected.turns, notes));
  return report(expected, differencesOf(want, got), notes);
}

function report({ turns }, differences, notes) {
  const toolCalls = turns.flatMap(({ steps }) => steps).filter(({ type }) => type === "tool_call").length;
  return { turns: turns.length, toolCalls, differences, notes };
}

function hasCall({ steps }, spanId) {
  return steps.some((step) => step.type === "model_call" && step.spanId === spanId);
}

/** The turns until the call, the call's own without what came after it. */
function upTo(turns, spanId) {
  const last = turns.findIndex((turn) => hasCall(turn, spanId));
  const { steps } = turns[last];
  const call = steps.findIndex((step) => step.spanId === spanId);
  const after = steps.findIndex((step, at) => at > call && step.type === "model_call");
  const own = after < 0 ? steps : steps.slice(0, after);
  const notes = [];
  if (own.length < steps.length) notes.push(`${steps.length - own.length} later steps of turn ${last + 1}`);
  for (const turn of turns.slice(last + 1)) notes.push(`turn ${turn.turn}, which began after the snapshot`);
  return { turns: [...turns.slice(0, last), { ...turns[last], steps: own }], notes };
}

/** The tools that the snapshot's last message asks for had not run yet: their results are not expected. */
function withoutLaterResults(turns, expected, notes) {
  const steps = expected.at(-1)?.steps ?? [];
  const asked = steps.slice(steps.findLastIndex(({ type }) => type === "model_call") + 1);
  if (asked.some((step) => "result" in step || "error" in step)) return turns;
  const last = turns.at(-1);
  const from = last.steps.findLastIndex(({ type }) => type === "model_call") + 1;
  const cut = last.steps.map((step, at) => {
    if (at < from || !("result" in step || "error" in step)) return step;
    notes.push(`the result of ${step.name}, which ran after the snapshot`);
    const { result: _result, error: _error, ...call } = step;
    return call;
  });
  return [...turns.slice(0, -1), { ...last, steps: cut }];
}

/** One entry for each thing that was said or done, in order. */
function transcriptOf(systemPrompt, turns) {
  const system = systemPrompt === undefined ? [] : [{ place: "system prompt", role: "system", text: systemPrompt }];
  return [...system, ...turns.flatMap(entriesOfTurn)];
}

function entriesOfTurn({ turn, userContent, assistantContent, steps }) {
  const place = `turn ${turn}`;
  const reply = assistantContent === undefined ? [] : [{ place, role: "assistant", reply: assistantContent }];
  return [{ place, role: "user", text: userContent }, ...steps.flatMap((step) => entriesOfStep(step, place)), ...reply];
}

function entriesOfStep(step, place) {
  if (step.type === "model_call")
    return step.content === undefined ? [] : [{ place, role: "assistant", text: step.content }];
  const { id, name, arguments: args, result, error } = step;
  const call = { place, role: "assistant", call: name, arguments: args, ...(id === undefined ? {} : { id }) };
  const answer = { place, role: "tool", of: name, ...(error === undefined ? { result } : { error }) };
  return result === undefined && error === undefined ? [call] : [call, answer];
}

function differencesOf(want, got) {
  const differences = [];
  for (let at = 0; at < Math.max(want.length, got.length); at += 1) {
    const [expected, actual] = [want[at], got[at]];
    if (expected === undefined) differences.push(`not expected: ${show(actual)}`);
    else if (actual === undefined) differences.push(`missing: ${show(expected)}`);
    else if (!isSame(expected, actual)) differences.push(`expected ${show(expected)}, built ${show(actual)}`);
  }
  return differences;
}

/** Ids count where the expectation has the provider's own: the data set makes one up (`call_gen_N`) where there is none. */
function isSame(expected, actual) {
  const { id: _id, ...facts } = actual;
  const { id, ...wanted } = expected;
  const hasSameId = id === undefined || id.startsWith("call_gen_") || id === actual.id;
  return hasSameId && canonical(wanted) === canonical(facts);
}

function show(entry) {
  const text = JSON.stringify(entry);
  return text.length > 400 ? `${text.slice(0, 400)}…` : text;
}

function canonical(value) {
  return JSON.stringify(sorted(value));
}

function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.keys(value)
      .toSorted()
      .map((key) => [key, sorted(value[key])]),
  );
}
