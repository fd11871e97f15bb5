export const FOLDS: number;
export function foldOf(group: string): number;
