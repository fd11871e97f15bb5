import type { ModelAnswer, ModelRequest } from "../../model-call.ts";

/** What a model call was, as far as the SDK's span of it tells. */
export interface ToldModelCall {
  readonly request: ModelRequest;
  readonly answer: ModelAnswer;
}
