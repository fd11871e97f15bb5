import type { Fields } from "../../json.ts";
import type { ModelAnswer, ModelRequest } from "../../model-call.ts";
import type { StreamReader } from "../observed-call.ts";

/** How the models of one maker are asked and answer, in the bodies of `InvokeModel`. */
export interface BodyFormat {
  readonly operation: ModelRequest["operation"];
  /** Whether the body of a request is of this format. */
  readonly matches: (body: Fields) => boolean;
  readonly readRequest: (body: Fields) => Omit<ModelRequest, "operation" | "model">;
  readonly readAnswer: (body: Fields) => ModelAnswer;
  /** Reads the parsed chunks of a streamed answer. */
  readonly createStreamReader: () => StreamReader;
}
