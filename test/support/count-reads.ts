/** Counts how often anything is read of objects: work, where time would tell of the machine. */
export interface CountedReads {
  /** The same objects, watched; of each object always the same one. */
  watch<Value extends object>(values: readonly Value[]): readonly Value[];
  /** Since the last time. */
  take(): number;
}

export function countReads(): CountedReads {
  const watched = new WeakMap<object, object>();
  const all = new WeakSet<object>();
  let reads = 0;

  function watchOne<Value extends object>(value: Value): Value {
    if (all.has(value)) return value;
    const known = watched.get(value) as Value | undefined;
    if (known !== undefined) return known;
    const proxy = new Proxy(value, {
      get(target, key, receiver): unknown {
        reads += 1;
        return Reflect.get(target, key, receiver);
      },
    });
    watched.set(value, proxy);
    all.add(proxy);
    return proxy;
  }

  return {
    watch: (values) => values.map(watchOne),
    take() {
      const taken = reads;
      reads = 0;
      return taken;
    },
  };
}
