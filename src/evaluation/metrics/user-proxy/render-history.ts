import { strip } from "../../python-text.ts";

/** A message of the simulated user and what the agent said to it. */
export interface ProxyTurn {
  readonly userMessage: string;
  readonly agentResponses: readonly string[];
}

/** As agent_inspect shows it to the simulated user; empty messages are left out. No message can look like the border of another. */
export function renderHistory(turns: readonly ProxyTurn[]): string {
  return turns
    .flatMap(({ userMessage, agentResponses }) => [
      renderMessage("LLM-simulated user", userMessage),
      ...agentResponses.map((response) => renderMessage("AI assistant", response)),
    ])
    .join("");
}

function renderMessage(speaker: string, text: string): string {
  if (text === "") return "";
  const shown = strip(text).replace(/\[(?=(?:LLM-simulated user|AI assistant) (?:start|end)\])/gi, "(");
  return `[${speaker} start]:\n${shown}\n[${speaker} end]\n`;
}
