/** Whether Node was told to preload us, or a file that may import us. Packages (`--import tsx`, by name or path) do not. */
export function isPreloading(): boolean {
  const flags = [...process.execArgv, ...(process.env["NODE_OPTIONS"] ?? "").split(/\s+/)].join(" ");
  const isOfPackage = "(?!\\S*/node_modules/(?!@turnwise/))";
  return new RegExp(`(^| )(--import|--require|-r)[= ]${isOfPackage}(\\.|/|file:|@turnwise/)`).test(flags);
}
