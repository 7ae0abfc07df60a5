export {
  createFakeImpact,
  type FakeImpact,
  type FakeImpactOptions,
  type FakePrograms,
} from "./fake.ts";
export type { Fault } from "./faults.ts";
export type { FakeLink } from "./links.ts";
export type { RecordedRequest } from "./requests.ts";
