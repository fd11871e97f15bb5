import { createHash } from "node:crypto";
import { type OpenApiDocument, toOpenApiDocument } from "../openapi/openapi-document.ts";
import { pageStyle, toOpenApiPage } from "../openapi/openapi-page.ts";
import { jsonObjectSchema } from "../contract.ts";
import { defineRoute, type Route } from "../route.ts";

/** The page may be styled by itself, and by nothing else. */
const styleHash = createHash("sha256").update(pageStyle).digest("base64");
const pagePolicy = `default-src 'none'; style-src 'sha256-${styleHash}'; frame-ancestors 'none'; base-uri 'none'`;

/** What the API says of itself, to machines and to people. `routes`: all of them, these too. */
export function createOpenApiRoutes(routes: () => readonly Route[]): readonly Route[] {
  let document: OpenApiDocument | undefined;
  const describe = (version: string): OpenApiDocument => (document ??= toOpenApiDocument(routes(), version));

  const getOpenApi = defineRoute({
    method: "get",
    path: "/api/v1/openapi.json",
    access: "public",
    operation: {
      id: "getOpenApi",
      summary: "This document.",
      reply: { status: 200, schema: jsonObjectSchema },
    },
    answer: async (_call, { version }) => ({ status: 200, body: describe(version) }),
  });

  const getDocs = defineRoute({
    method: "get",
    path: "/api/v1/docs",
    access: "public",
    operation: { id: "getDocs", summary: "This document as a page.", reply: { page: "The page." } },
    answer: async (_call, { version }) => ({
      status: 200,
      page: toOpenApiPage(describe(version)),
      headers: { "content-security-policy": pagePolicy },
    }),
  });

  return [getOpenApi, getDocs];
}
