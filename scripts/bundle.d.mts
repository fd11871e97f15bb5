/** Bundles what Node starts of the compiled `dist`, in place: the command, and each thread. */
export function bundleEntries(dist: string): Promise<void>;
