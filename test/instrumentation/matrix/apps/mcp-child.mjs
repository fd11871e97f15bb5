// The program's MCP server in a process of its own, which is recorded, too. Takes the URLs of its modules.
// oxlint-disable-next-line import/no-unassigned-import -- importing it is all there is to do
import "@turnwise/instrumentation/register";
import { createWeatherServer } from "./mcp-server.mjs";

const [server, types, stdio] = await Promise.all(process.argv.slice(2).map((url) => import(url)));
await createWeatherServer({ server, types }).connect(new stdio.StdioServerTransport());
