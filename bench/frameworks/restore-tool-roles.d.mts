import type { ChatMessage } from "../../src/model/message.ts";

export function restoreToolRoles(messages: readonly ChatMessage[]): readonly ChatMessage[];
