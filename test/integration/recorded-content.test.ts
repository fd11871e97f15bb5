/** What AWS's distribution takes out of the spans arrives as log records beside them: over HTTP, through the store. */
import { afterEach, expect, test } from "vitest";
import { documentedBodies, loadDocumented } from "../support/documented-requests.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

const open: TestServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.stop();
});

test("spans without content and records named after their scope become the conversation", async () => {
  const server = await startTestServer();
  open.push(server);
  const answers = await Promise.all(
    documentedBodies("agentcore-strands").map(async ({ path, body }) => {
      const headers = { "content-type": "application/json" };
      const response = await fetch(`${server.otlpUrl}${path}`, { method: "POST", headers, body });
      return `${response.status} ${await response.text()}`;
    }),
  );
  expect(new Set(answers)).toEqual(new Set(["200 {}"]));
  const turns = loadDocumented("agentcore-strands").expected.conversations[0]?.turns ?? [];
  const id = (await server.sessions())[0]?.id ?? "none";
  const session = await server.waitForSession(id, (session) => session.turns.length === turns.length);
  expect(session.turns.map(({ user_content, assistant_content }) => [user_content, assistant_content])).toEqual(
    turns.map(({ user, assistant }) => [user, assistant]),
  );
});
