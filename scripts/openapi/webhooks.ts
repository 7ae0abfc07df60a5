/** Leaves out the calls that the vendor makes to the user's server. They are not operations of the API. */
import { operationsOf, withoutOperations, type LocatedOperation } from "./document.ts";
import type { OpenApi } from "./types.ts";

/** Matches the start of a placeholder for the user, such as `your-configured-path` or `{yourHost}`. */
const YOURS = /^\W*your/i;

/**
 * Leaves out `webhooks`, and the operations whose path or server begins with a placeholder, such as
 * `/your-configured-path` or `https://your-domain.example`.
 */
export function withoutWebhooks(document: OpenApi): { document: OpenApi; warnings: string[] } {
  const isWebhook = ({ path, item, operation }: LocatedOperation): boolean => {
    const [server] = operation.servers ?? item.servers ?? document.servers ?? [];
    const host = server?.url?.replace(/^https?:/, "") ?? "";
    return YOURS.test(path) || YOURS.test(host);
  };
  const names = Object.keys(document.webhooks ?? {}).map((name) => `webhook ${name}`);
  const places = operationsOf(document)
    .filter(isWebhook)
    .map(({ place }) => place);
  const { webhooks: _, ...rest } = withoutOperations(document, isWebhook);
  return {
    document: rest,
    warnings: [...names, ...places].map(
      (each) => `${each}: left out, since the vendor calls it on your server.`,
    ),
  };
}
