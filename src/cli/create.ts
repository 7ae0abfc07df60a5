import { isImpactError, type ImpactError, type TrackingLink } from "../index.ts";
import { openClient } from "./account.ts";
import { detailsOf, exitCodeOf } from "./failure.ts";
import { parameterFlags, readArguments, readParameters, withFlags } from "./flags.ts";
import { createHelp } from "./help.ts";
import { EXIT, say, show, why, write, type Io } from "./io.ts";

const FLAGS = {
  ...parameterFlags,
  json: { type: "boolean" },
  sandbox: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

/** `impact-links create`: creates one link and prints its URL. */
export async function create(args: readonly string[], io: Io): Promise<number> {
  const { json, sandbox, help, ...values } = readArguments(args, FLAGS).flags;
  if (help) return show(io, createHelp);
  if (sandbox) await say(io, "impact-links: sandbox, nothing is sent and the link is fake\n");
  let link: TrackingLink;
  try {
    const client = openClient(sandbox === true);
    link = await client.trackingLinks.create(readParameters(values), { signal: io.signal });
  } catch (error) {
    if (io.signal.aborted) {
      await say(io, "impact-links: interrupted; a link may have been made\n");
      return EXIT.interrupted;
    }
    if (!isImpactError(error)) throw error;
    await say(io, explain(error));
    return exitCodeOf(error);
  }
  try {
    await write(io.stdout, `${json ? JSON.stringify(link) : link.url}\n`);
    return EXIT.done;
  } catch (error) {
    // It exists, and the API cannot list links.
    const text = `the link was made but could not be printed: ${link.url} (${why(error)})`;
    await say(io, `impact-links: ${text}\n`);
    return EXIT.failed;
  }
}

const LINK_MADE: Readonly<Record<ImpactError["outcome"], string>> = {
  not_sent: "no link was made, nothing was sent",
  rejected: "no link was made",
  unknown: "a link may have been made",
};

/** The error, and whether a link may exist. */
function explain(error: ImpactError): string {
  const { message, code, outcome, retryAfter } = error;
  const details = detailsOf(error).map((detail) => `  ${detail}\n`);
  const wait = retryAfter === undefined ? "" : `; try again in ${Math.ceil(retryAfter / 1000)} s`;
  return `impact-links: ${withFlags(message)}\n${details.join("")}  ${code}: ${LINK_MADE[outcome]}${wait}\n`;
}
