/** Whether this runs in a browser page, where every visitor can read code and memory. */
export function isBrowserPage(): boolean {
  return typeof window !== "undefined" && typeof window.document !== "undefined";
}
