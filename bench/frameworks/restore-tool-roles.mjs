// The data set's annotator wrote down what some frameworks' tools answered under the user's role. The comparison knows whose
// they are; a message door does not, and takes what the user's role says for the user's.

/** Messages of the user's right after calls that nobody answered, beside which the model said nothing, become the tools'. */
export function restoreToolRoles(messages) {
  let unanswered = 0;
  return messages.map((message) => {
    const isAnswer = message.role === "user" && unanswered > 0;
    unanswered = isAnswer ? unanswered - 1 : message.content ? 0 : (message.tool_calls?.length ?? 0);
    return isAnswer ? { ...message, role: "tool" } : message;
  });
}
