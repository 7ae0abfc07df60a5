import { readAnswer, readText } from "./http/response.ts";
import { createApi, type Api } from "./http/api.ts";
import { connect, type Reader } from "./http/transport.ts";
import type { Answer } from "./http/timeout.ts";
import { readOptions, type ImpactClientOptions } from "./options.ts";
import { rules } from "./http/retry-rules.ts";

export type { components, operations, paths } from "../generated/openapi.ts";
export type { ImpactClientOptions } from "./options.ts";

/**
 * The openapi-fetch client itself, for what the facade does not cover: every operation of the vendor's
 * document, typed by it, with the same credentials, version, retry and timeout as the facade. As always with
 * openapi-fetch, an answer outside 2xx is returned as `error` and not thrown (a text that says so, if the server gave
 * none), and a 2xx that is no JSON rejects with a `SyntaxError` unless `parseAs` says otherwise. A request that got
 * no answer rejects with an `ImpactError`, and so does one to another server than the client's, for which the
 * credentials are not (`configuration`). A body is read to its end before a call resolves.
 *
 * @throws ImpactError `configuration` if an option is missing, unknown or wrong.
 * @see https://openapi-ts.dev/openapi-fetch/
 */
export function createRawClient(options: ImpactClientOptions = {}): Api {
  const settings = readOptions(options);
  const { send } = connect(settings, wholeReader, rules);
  return createApi(settings, send);
}

/** What openapi-fetch is given, and what the layers need to know of it. */
type Whole = Response & Answer;

/** A real response, with its body in memory. One that is no 2xx is kept as small, and as clean, as an error is. */
const wholeReader: Reader<Whole, ArrayBuffer | string> = {
  body: (response, redact, signal) =>
    response.ok ? response.arrayBuffer() : readText(response, redact, signal),
  answer(response, body, call, attempt, redact) {
    const { status, headers } = response;
    const statusText = ascii(redact(response.statusText));
    if (typeof body === "object") {
      return new Response(body.byteLength > 0 ? body : null, { status, statusText, headers });
    }
    const error = readAnswer(response, body, call, attempt, redact, () => undefined);
    // A redirect in a browser, or a status that no response with a body can have: there is nothing to show.
    if (status < 200 || status > 599 || status === 304 || error === undefined) throw error;
    // openapi-fetch takes a refusal without a body for a success without data.
    const init = { status, statusText, headers: error.headers ?? headers };
    const whole = new Response(redact(body ?? "") || error.message, init);
    whole.headers.delete("content-length");
    return Object.assign(whole, { error });
  },
};

/** Servers send reason phrases that no response may be made with. */
function ascii(statusText: string): string {
  return /^[\t\x20-\x7e]*$/.test(statusText) ? statusText : "";
}
