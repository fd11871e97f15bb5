import type { PageQuery } from "../../component/evaluations.ts";

export interface PageLimits {
  readonly limit: number;
  readonly offset: number;
}

/** What SQL calls a page. */
export const toLimits = ({ page, pageSize }: PageQuery): PageLimits => ({
  limit: pageSize,
  offset: (page - 1) * pageSize,
});
