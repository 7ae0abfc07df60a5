import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { chartSvg } from "../../bench/chart.ts";
import { filesOf, RESULTS } from "../../bench/page.ts";
import type { Results } from "../../bench/results.ts";
import { ways, type WayName } from "../../bench/ways/index.ts";
import { root } from "../support/workspace.ts";

test("the tables and the chart of docs/performance.md are those of bench/results.json", async () => {
  const results = JSON.parse(readFileSync(RESULTS, "utf8")) as Results;
  const files = await filesOf(results);
  expect([...files.keys()]).toEqual([
    "docs/performance.md",
    "docs/images/call-cost-light.svg",
    "docs/images/call-cost-dark.svg",
  ]);
  for (const [path, text] of files) {
    expect(readFileSync(join(root, path), "utf8"), "npx tsx bench/page.ts").toBe(text);
  }
});

test("a chart begins at zero, and draws bars as long as their values", () => {
  const chart = {
    title: "Cost",
    subtitle: "in µs",
    unit: "µs",
    bars: [
      { label: "theirs", value: 50, note: "1.00 ×", isOurs: false },
      { label: "ours", value: 75, note: "1.50 ×", isOurs: true },
    ],
  };
  const svg = chartSvg(chart, "light");
  expect([...svg.matchAll(/<text class="quiet"[^>]*>([^<]*)</g)].map(([, tick]) => tick)).toEqual([
    "0",
    "20",
    "40",
    "60",
    "80 µs",
  ]);
  const bars = [
    ...svg.matchAll(/<rect x="(\d+)" y="\d+" width="(\d+)" height="22" fill="(#\w+)"/g),
  ];
  expect(bars.map(([, ...parts]) => parts)).toEqual([
    ["206", "219", "#818b98"],
    ["206", "328", "#1b7c83"],
  ]);
  expect(svg).toContain("theirs 50.0 µs (1.00 ×), ours 75.0 µs (1.50 ×).");
});

test.each(Object.keys(ways) as WayName[])(
  "%s sends the same request as the other ways, and rejects a 403",
  async (name) => {
    const ids = { subId1: "a b", sharedId: "s" };
    const input = {
      programId: "1000",
      query: { Type: "Regular" as const, DeepLink: "https://shop.example/?a=b&c", ...ids },
      params: {
        programId: "1000",
        type: "Regular" as const,
        deepLink: "https://shop.example/?a=b&c",
        ...ids,
      },
    };
    const sent: Request[] = [];
    let status = 200;
    const { createWay } = await ways[name]();
    const call = createWay({
      accountSid: "IR1",
      authToken: "t0ken-1",
      baseUrl: "https://api.example",
      fetch: async (url, init) => {
        sent.push(new Request(url, init));
        const headers = { "Content-Type": "application/json" };
        return new Response('{"TrackingURL":"https://example.sjv.io/c/1/2/3"}', {
          status,
          headers,
        });
      },
    });

    expect(await call(input)).toMatchObject(
      name === "client"
        ? { url: "https://example.sjv.io/c/1/2/3" }
        : { TrackingURL: "https://example.sjv.io/c/1/2/3" },
    );
    const { method, url, headers, body } = sent[0]!;
    const { pathname, searchParams } = new URL(url);
    expect([method, pathname, headers.get("authorization"), headers.get("accept"), body]).toEqual([
      "POST",
      "/Mediapartners/IR1/Programs/1000/TrackingLinks",
      `Basic ${btoa("IR1:t0ken-1")}`,
      "application/json",
      null,
    ]);
    expect(Object.fromEntries(searchParams)).toEqual(input.query);

    status = 403;
    await expect(call(input)).rejects.toBeInstanceOf(Error);
    expect(sent.length).toBe(2);
  },
);
