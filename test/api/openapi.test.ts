import { Validator } from "@seriousme/openapi-schema-validator";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { routes } from "../../src/api/routes.ts";
import { type ApiServer, ask, startApi } from "./api-server.ts";
import { document, requireDocumented } from "./documented-answers.ts";

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, path, operation })),
);
const text = JSON.stringify(document);
const references = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, id]) => id);

describe("the OpenAPI document", () => {
  it("is valid OpenAPI 3.1", async () => {
    expect(await new Validator().validate({ ...document })).toEqual({ valid: true });
  });

  it("describes every route, each once", () => {
    const told = routes.map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`);
    expect(operations.map(({ name }) => name).toSorted()).toEqual(told.toSorted());
  });

  it("gives every operation a name of its own, that is an identifier", () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z][A-Za-z]+$/);
  });

  it.each(operations)("says in a sentence what $name does, and what each of its answers means", ({ operation }) => {
    expect(operation.summary).toMatch(/^[A-Z].*\.$/);
    const successes = Object.keys(operation.responses).filter((status) => status.startsWith("2"));
    expect(successes.length === 1 || successes.join() === "200,202").toBe(true);
    for (const { description } of Object.values(operation.responses)) expect(description).toMatch(/\S/);
  });

  it.each(operations)("names the parameters that the path of $name has", ({ path, operation }) => {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const told = operation.parameters?.filter((parameter) => parameter.in === "path").map(({ name }) => name) ?? [];
    expect(told).toEqual(inPath);
  });

  it("refers to components that are there, and has none that nothing refers to", () => {
    expect(new Set(references)).toEqual(new Set(Object.keys(document.components.schemas)));
  });

  it("holds no pattern, schema or text that only this server could understand", () => {
    expect(text).not.toContain("$defs");
    expect(text).not.toContain("$schema");
  });
});

describe("an answer that is not documented", () => {
  const answer = { method: "GET", path: "/api/v1/health", type: "application/json" };
  it.each([
    ["a status", { ...answer, status: 201, text: "{}" }],
    ["a field too many", { ...answer, status: 503, text: '{"detail":"a","code":"b","more":1}' }],
    ["a field too few", { ...answer, status: 200, text: '{"status":"ok"}' }],
    ["another type", { ...answer, status: 200, type: "text/plain", text: "ok" }],
  ])("is found out: %s", (_, received) => {
    expect(() => requireDocumented(received)).toThrow(/not as documented|not documented/);
  });
});

describe("what is served", () => {
  let api: ApiServer;
  beforeAll(async () => void (api = await startApi()));
  afterAll(async () => api.close());

  it("is the document, without credentials", async () => {
    const { status, text: body } = await ask(api, "/api/v1/openapi.json");
    expect(status).toBe(200);
    expect(JSON.parse(body)).toEqual(document);
  });

  it("is a page too, that runs nothing and loads nothing", async () => {
    const { status, headers, text: page } = await ask(api, "/api/v1/docs");
    expect(status).toBe(200);
    expect(headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(headers["content-security-policy"]).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; frame-ancestors/,
    );
    expect(page).not.toMatch(/<script|\bsrc=|\bon\w+=/);
    for (const { operation } of operations) expect(page).toContain(`id="${operation.operationId}"`);
    const links = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
    for (const id of new Set(links)) expect(page).toContain(`id="${id}"`);
  });
});
