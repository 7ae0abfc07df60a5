/** Runs the scenarios on a page in Chromium. */
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import type { Results } from "../../compat/scenarios.mjs";
import { listen } from "./api.ts";
import { baseUrl, inTime, load, Missing, start, type Attempt } from "./project.ts";

interface Playwright {
  chromium: { launch: (options: object) => Promise<Browser> };
}
interface Browser {
  newPage: () => Promise<{
    goto: (url: string) => Promise<unknown>;
    evaluate: (script: string) => Promise<Results>;
  }>;
  version: () => string;
  close: () => Promise<void>;
}

/** @param bundle returns the code of compat/entries/page.mjs */
export async function chromium(bundle: () => Promise<string>): Promise<Attempt> {
  const playwright = (await load("playwright-core")) as Playwright;
  const usual = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
  const executablePath = process.env.CHROMIUM ?? usual.find((path) => existsSync(path));
  if (executablePath === undefined) {
    throw new Missing("run `apt-get install chromium`, or set CHROMIUM to its path");
  }
  // The sandbox does not work as root, and the page is ours.
  const browser = await start(() =>
    playwright.chromium.launch({ executablePath, args: ["--no-sandbox"] }),
  );
  let code = "";
  // On another port than the API, so that CORS applies.
  const site = createServer((request, response) => {
    const isScript = request.url === "/page.js";
    response.setHeader("Content-Type", isScript ? "text/javascript" : "text/html");
    response.end(isScript ? code : '<!doctype html><script type="module" src="/page.js"></script>');
  });
  try {
    code = await bundle();
    const page = await browser.newPage();
    await page.goto(await listen(site));
    const results = await inTime(page.evaluate(`runInPage(${JSON.stringify(baseUrl)})`));
    return { version: browser.version(), results };
  } finally {
    await browser.close();
    site.close();
  }
}
