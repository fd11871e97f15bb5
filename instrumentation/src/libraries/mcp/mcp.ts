import { fieldsOf, member } from "../../json.ts";
import type { Library } from "../library.ts";
import { patchCallTool } from "./patch-call-tool.ts";
import { patchRequestHandlers } from "./patch-request-handlers.ts";

/**
 * The Model Context Protocol's own SDK: what a client asks of a tool (`callTool`), and how a server runs it (`Server`, also
 * inside `McpServer`), in the client's trace whatever the transport. Other messages of the protocol are not recorded.
 */
export const mcp: Library = {
  name: "@modelcontextprotocol/sdk",
  majors: [1],
  orderSensitiveMajors: [],
  entries: ["./client", "./client/index.js", "./server", "./server/index.js", "./server/mcp.js"],
  patch(moduleExports) {
    const client = member(member(moduleExports, "Client"), "prototype");
    const server = serverPrototype(moduleExports);
    if (client === undefined && server === undefined) return false;
    return (client === undefined || patchCallTool(client)) && (server === undefined || patchRequestHandlers(server));
  },
};

/** `McpServer` does not export the `Server` that it is made of: one that is never connected shows it. */
function serverPrototype(moduleExports: unknown): unknown {
  const server = member(member(moduleExports, "Server"), "prototype");
  const highLevel = member(moduleExports, "McpServer");
  if (server !== undefined || typeof highLevel !== "function") return server;
  const probe = fieldsOf(Reflect.construct(highLevel, [{ name: "probe", version: "0" }]));
  return member(member(probe["server"], "constructor"), "prototype");
}
