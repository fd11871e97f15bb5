/** What a dataset may not be. */
import { ApiError } from "../api-error.ts";

export const tooManyItems = (most: number): ApiError =>
  new ApiError(413, "dataset_too_large", `a dataset may have ${most} items (service::evaluation::max_dataset_items)`);

export const tooManyBytes = (most: number): ApiError =>
  new ApiError(
    413,
    "dataset_too_large",
    `a dataset may have ${Math.floor(most / 1024 / 1024)} MiB (service::evaluation::max_dataset_mib)`,
  );
