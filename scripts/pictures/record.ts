// Records `impact-links bulk` against the fake API over HTTP, in a pseudo-terminal of `script` from util-linux.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createFakeImpact } from "../../src/testing/index.ts";

/** With a name of this length, the line about the file wraps at a space in 50 columns. */
const INPUT = "autumn.csv";
/** The typed command, in pieces. A narrow terminal shows each piece on its own line. */
export const COMMAND: readonly string[] = [
  `impact-links bulk ${INPUT}`,
  "--program 1000 --map deepLink=link",
  "--out links.csv",
];

const ROWS = 1200;
/** The row at which the picture is taken. From here on the quota suffices, so the progress line has an estimate. */
const HELD = 864;

/** Milliseconds. Without it, a run that never shows the frame would wait forever. */
const LONGEST_RUN = 120_000;

/**
 * Returns a CSV of products. Every fourth product has the page of the previous one. Some pages belong to another shop,
 * and some links are malformed.
 */
function feed(): string {
  const rows = Array.from({ length: ROWS }, (_, row) => {
    const page = row % 4 === 3 ? row - 1 : row;
    const shop = row % 80 === 41 ? "https://outlet.example" : "https://shop.example";
    const link = row % 150 === 100 ? `shop.example/p/${page}` : `${shop}/p/${page}`;
    return `A-${1000 + row},${link}\n`;
  });
  return `sku,link\n${rows.join("")}`;
}

/** Serves the fake API over HTTP. Holds the responses from row {@link HELD} on until `release` is called. */
async function serveFake() {
  const fake = createFakeImpact({ programs: { 1000: { deepLinkDomains: ["shop.example"] } } });
  let release = (): void => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  const server = createServer(async (request, response) => {
    const { method = "", url = "", headers } = request;
    const address = new URL(url, "http://127.0.0.1");
    const [row] = /\d+$/.exec(address.searchParams.get("DeepLink") ?? "") ?? [];
    if (Number(row) >= HELD) await released;
    const answer = await fake.fetch(address, { method, headers: headers as HeadersInit });
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    response.end(await answer.text());
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo; // listens on a port, not a pipe
  return { server, release, baseUrl: `http://127.0.0.1:${port}` };
}

/** The output of a run. Times and the spinner are replaced by constants. */
export interface Recording {
  /** Up to the frame of progress at {@link HELD}. */
  readonly during: string;
  readonly whole: string;
}

/** Runs the built command in a terminal. */
export async function record(columns: number): Promise<Recording> {
  const folder = mkdtempSync(join(tmpdir(), "impact-pictures-"));
  const { server, release, baseUrl } = await serveFake();
  try {
    writeFileSync(join(folder, INPUT), feed());
    const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));
    const command = COMMAND.join(" ").replace(
      "impact-links",
      `exec '${process.execPath}' '${cli}'`,
    );
    const { NO_COLOR: _, ...env } = process.env;
    const running = spawn(
      "script",
      ["-qec", `stty columns ${columns} rows 24; ${command}`, "/dev/null"],
      {
        cwd: folder,
        env: {
          ...env,
          TERM: "xterm-256color",
          SHELL: "/bin/sh",
          IMPACT_ACCOUNT_SID: "IRpictures",
          IMPACT_AUTH_TOKEN: "pictures-token",
          IMPACT_BASE_URL: baseUrl,
        },
        timeout: LONGEST_RUN,
        // Keeps stdin open, because the terminal would show its end as ^D.
        stdio: ["pipe", "pipe", "inherit"],
      },
    );
    const frame = new RegExp(`\\r[^\\r]* ${HELD}/1,200 [^\\r]*\\u001b\\[K`);
    let output = "";
    let during: string | undefined;
    running.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      const found = during === undefined ? frame.exec(output) : null;
      if (found === null) return;
      during = output.slice(0, found.index + found[0].length);
      release();
    });
    const [code] = (await once(running, "close")) as [number | null];
    // 3: complete, and some rows have no link.
    if (code !== 3 || during === undefined) {
      throw new Error(`Expected a frame at row ${HELD} and exit code 3, got ${code}:\n${output}`);
    }
    return { during: withoutTimes(during), whole: withoutTimes(output) };
  } finally {
    release();
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  }
}

function withoutTimes(output: string): string {
  return output.replace(/\r[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/gu, "\r⠹").replace(/done by \d\d:\d\d/g, "done by 14:05");
}
