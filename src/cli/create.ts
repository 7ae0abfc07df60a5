import { isImpactError } from "../index.ts";
import type { CreateTrackingLinkParams, ImpactError, TrackingLink } from "../index.ts";
import { createDebug } from "./debug.ts";
import { detailsOf, exitCodeOf, openClient } from "./impact-client.ts";
import { readParameters, withFlags, type Arguments } from "./flags.ts";
import { EXIT, plainJson, say, why, write, type Io } from "./io.ts";

/** `impact-links create`: creates one link and prints its URL. */
export async function create(given: Arguments, io: Io): Promise<number> {
  const isSandbox = given.has("sandbox");
  if (isSandbox) await say(io, "sandbox, nothing is sent and the link is fake");
  // Unchecked: `create` validates them.
  const params = readParameters(given) as unknown as CreateTrackingLinkParams;
  let link: TrackingLink;
  try {
    const { trackingLinks } = openClient(
      isSandbox,
      given.has("debug") ? { onEvent: createDebug(io) } : {},
    );
    link = await trackingLinks.create(params, { signal: io.signal });
  } catch (error) {
    if (io.signal.aborted) {
      await say(io, "interrupted; a link may have been made");
      return EXIT.interrupted;
    }
    if (!isImpactError(error)) throw error;
    await say(io, explain(error));
    return exitCodeOf(error);
  }
  try {
    await write(io.stdout, `${given.has("json") ? plainJson(link) : link.url}\n`);
    return EXIT.done;
  } catch (error) {
    // Show the URL on stderr: the link exists, and the API cannot list links.
    await say(io, `the link was made but could not be printed: ${link.url} (${why(error)})`);
    return EXIT.failed;
  }
}

const LINK_MADE: Readonly<Record<ImpactError["outcome"], string>> = {
  not_sent: "no link was made, nothing was sent",
  rejected: "no link was made",
  unknown: "a link may have been made",
};

/** Formats an error, and says whether a link may exist. */
function explain(error: ImpactError): string {
  const { message, code, outcome, retryAfter } = error;
  const wait = retryAfter === undefined ? "" : `; try again in ${Math.ceil(retryAfter / 1000)} s`;
  return [withFlags(message), ...detailsOf(error), `${code}: ${LINK_MADE[outcome]}${wait}`].join(
    "\n  ",
  );
}
