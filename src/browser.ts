/** Whether this is a page, whose code and memory every visitor can read. */
export function isBrowserPage(): boolean {
  return typeof window !== "undefined" && typeof window.document !== "undefined";
}
