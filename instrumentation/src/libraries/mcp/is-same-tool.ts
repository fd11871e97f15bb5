/**
 * Whether an agent's tool is the server's tool `name`. Where tools of several servers come together, the agent's name for
 * one begins with the server's name: `weather__get_forecast`, `weather.get_forecast`.
 */
export function isSameTool(agentsName: string | undefined, name: string | undefined): boolean {
  if (agentsName === undefined || name === undefined || name === "") return false;
  if (agentsName === name) return true;
  return agentsName.endsWith(name) && /[^\p{L}\p{N}]$/u.test(agentsName.slice(0, -name.length));
}
