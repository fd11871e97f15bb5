// At a message door each message of the user's opens a turn; in spans several in a row are one, as nobody answered in between.

/** User messages in a row become one. Those with something else than a text stay as they are. */
export function joinUserMessages(messages) {
  const joined = [];
  for (const message of messages) {
    const before = joined.at(-1);
    const canJoin = [before, message].every((one) => one?.role === "user" && typeof one.content === "string");
    if (canJoin) joined.splice(-1, 1, { ...before, content: `${before.content}\n${message.content}` });
    else joined.push(message);
  }
  return joined;
}
