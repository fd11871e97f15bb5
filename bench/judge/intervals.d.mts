export function intervalOf<Each extends { readonly group: string }>(
  results: readonly Each[],
  figure: (drawn: readonly Each[]) => number,
  options?: { readonly rounds?: number; readonly seed?: number },
): { readonly low: number; readonly high: number } | undefined;
