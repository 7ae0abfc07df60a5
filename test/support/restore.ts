import { afterEach, vi } from "vitest";

/** Test files share a process. After each test its functions, timers, globals and variables are the real ones again. */
afterEach(() => {
  // First: a test may have spied on a fake timer.
  vi.restoreAllMocks();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});
