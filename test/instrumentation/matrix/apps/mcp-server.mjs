import { lookUpWeather, weatherSchema } from "./program.mjs";

const weather = { name: "get_weather", description: "The weather", inputSchema: weatherSchema };

/** The MCP server of the program, in its own process or in another: the weather as a tool, whose errors are results. */
export function createWeatherServer({ server, types }) {
  const { server: weatherServer } = new server.McpServer({ name: "weather", version: "1.0.0" });
  weatherServer.registerCapabilities({ tools: {} });
  weatherServer.setRequestHandler(types.ListToolsRequestSchema, () => ({ tools: [weather] }));
  weatherServer.setRequestHandler(types.CallToolRequestSchema, async ({ params }) => {
    try {
      return { content: [{ type: "text", text: JSON.stringify(await lookUpWeather(params.arguments)) }] };
    } catch (error) {
      return { content: [{ type: "text", text: error.message }], isError: true };
    }
  });
  return weatherServer;
}
