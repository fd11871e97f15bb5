/** Keeps the process alive until `fn` is done: our connections, which it may be waiting for, do not. */
export async function keepAwake<T>(fn: () => Promise<T>): Promise<T> {
  const timer = setInterval(() => undefined, 1000);
  try {
    return await fn();
  } finally {
    clearInterval(timer);
  }
}
