import {
  createImpactClient,
  type ImpactClient,
  type ImpactClientOptions,
} from "../../src/index.ts";
import { account, baseUrl as anyUrl, path } from "./client.ts";

export const ids = { ...path, ProgramId: "1000" };

export function clientOf(baseUrl: string, options: ImpactClientOptions = {}): ImpactClient["raw"] {
  return createImpactClient({ ...account, baseUrl, maxRetries: 0, ...options }).raw;
}

export const clientWith = (options?: ImpactClientOptions): ImpactClient["raw"] =>
  clientOf(anyUrl, options);
