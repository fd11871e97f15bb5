/** The bytes or the JSON are not what OTLP prescribes: sending them again cannot help. `message` never quotes content. */
export class MalformedError extends Error {
  override readonly name = "MalformedError";
}
