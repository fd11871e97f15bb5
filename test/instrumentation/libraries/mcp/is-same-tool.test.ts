import { expect, it } from "vitest";
import { isSameTool } from "../../../../instrumentation/src/libraries/mcp/is-same-tool.ts";

it.each([
  { agentsName: "get_weather", name: "get_weather", same: true },
  { agentsName: "weather__get_weather", name: "get_weather", same: true },
  { agentsName: "mcp__weather__get_weather", name: "get_weather", same: true },
  { agentsName: "weather.get_weather", name: "get_weather", same: true },
  { agentsName: "forget_weather", name: "get_weather", same: false },
  { agentsName: "get_weather_2", name: "get_weather", same: false },
  { agentsName: "plan_trip", name: "get_weather", same: false },
  { agentsName: undefined, name: "get_weather", same: false },
  { agentsName: "get_weather", name: undefined, same: false },
  { agentsName: "anything_", name: "", same: false },
])("$agentsName is $name: $same", ({ agentsName, name, same }) => {
  expect(isSameTool(agentsName, name)).toBe(same);
});
