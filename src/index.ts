/** What a program that imports `turnwise` gets: the client of a running server, and the shapes of its answers. */
export { ApiClientError, createApiClient, type ApiClient } from "./api-client.ts";
export type {
  Health,
  ModelCallDetail,
  SessionDetail,
  SessionListItem,
  SessionPageDetail,
  SubAgentDetail,
  ToolCallDetail,
  TrajectoryJudgementDetail,
  TurnDetail,
  TurnJudgementDetail,
} from "./api-client.ts";
