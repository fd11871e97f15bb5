/** What `read` gives, read on the first call and kept. */
export function once<T>(read: () => T): () => T {
  let value: T | undefined;
  return () => (value ??= read());
}
