/** The table: every assertion, in the order of the ids. */
import type { Assertion } from "./assertion.ts";
import { connectionAssertions } from "./connection-assertions.ts";
import { contentAssertions } from "./content-assertions.ts";
import { encodingAssertions } from "./encoding-assertions.ts";
import { sizeAssertions } from "./size-assertions.ts";
import { protobufAssertions } from "./protobuf-assertions.ts";
import { jsonAssertions } from "./json-assertions.ts";
import { responseAssertions } from "./response-assertions.ts";
import { authAssertions } from "./auth-assertions.ts";
import { browserAssertions } from "./browser-assertions.ts";
import { signalAssertions } from "./signal-assertions.ts";
import { grpcAssertions } from "./grpc-assertions.ts";
import { routingAssertions } from "./routing-assertions.ts";

export const assertions: readonly Assertion[] = [
  ...routingAssertions,
  ...connectionAssertions,
  ...contentAssertions,
  ...encodingAssertions,
  ...sizeAssertions,
  ...protobufAssertions,
  ...jsonAssertions,
  ...responseAssertions,
  ...authAssertions,
  ...browserAssertions,
  ...signalAssertions,
  ...grpcAssertions,
];
