import { parameterHelp } from "./flags.ts";

export const help: string = `Create impact.com tracking links.

Usage
  impact-links create --program <id> [options]
  impact-links bulk <file> --out <file> [options]
  impact-links sandbox [options]
  impact-links spec <page>
  impact-links <command> --help
  impact-links --version

Commands
  create     Create one tracking link and print its URL.
  bulk       Create a link for each row of a CSV or JSON lines file. Resumable.
  sandbox    Serve a fake API on localhost, for programs in any language.
  spec       Print the OpenAPI document in one of impact.com's docs pages, to generate types from.

Environment
  IMPACT_ACCOUNT_SID, IMPACT_AUTH_TOKEN   Credentials. There are no flags: other users can see them.
  IMPACT_BASE_URL                         API origin, such as the address of a sandbox.

Exit codes
  0  done
  1  the API refused or failed, or the link could not be printed (stderr holds it)
  2  wrong usage or input
  3  a bulk run is complete, but some rows have no link
  130  interrupted
`;

export const createHelp: string = `Create one tracking link and print its URL.

Usage
  impact-links create --program <id> [options]

Parameters, each with its name in the API
${parameterHelp}

Options
  --json                               Print the link as JSON, with the API's response.
  --debug                              Print each request, response and wait. No credentials are shown.
  --sandbox                            Use a fake API in memory: nothing is sent, the link is fake.
  --help                               Show this help.

Credentials come from the environment: see impact-links --help.
`;

export const bulkHelp: string = `Create a link for each row of a file.

Usage
  impact-links bulk <in.csv|in.jsonl|-> --out <out.csv|out.jsonl|-> [options]

A column is a parameter if it is named like one, in camelCase or as in the API: deepLink, ProgramId. Other columns
are passed through. Each row gets the columns trackingUrl, status (created, reused, failed, unknown), errorCode and
error. Rows stay in input order. Rows without any text are passed through.

  impact-links bulk feed.csv --program 1000 --map deepLink=link --out links.csv

If a run stops for any reason, run the same command again to resume. The state is kept in <out>.journal, also after a
complete run: the same command then sends nothing, and a different command does not overwrite <out>.

Columns
  --map <parameter>=<column>           Read a parameter from this column. Repeatable.
  --pass-through <column>              Pass a column through even if it is named like a parameter. Repeatable.

Parameters for rows without a value of their own
${parameterHelp.replaceAll(" (required)", "")}

Input
  --delimiter <character>              Cell separator, or tab. Default: detected.
  --encoding <name>                    Encoding of the text, such as windows-1252. Default: UTF-8, or UTF-16 with a
                                       byte order mark.
  --skip-lines <number>                Lines to skip before the header. Default 0.

Output
  --out <file>                         Output file; - is stdout (not resumable).
  --reuse <file>                       Reuse links from an earlier output: a row with the same parameters needs no
                                       call. Repeatable.
  --retry-unknown                      Send unknown rows again: their link may exist already.
  --retry-failed                       Send failed rows again.

Options
  --dry-run                            Send nothing. List invalid rows and count the calls.
  --append-ids                         Make one call for rows that differ only in sub ids and shared id, and append
                                       the ids to its link. impact.com recommends sending them to the API instead.
  --concurrency <number>               Concurrent requests, 1 to 1000. Default 8.
  --quota-reserve <number>             Requests an hour to leave for other software. Default 0.
  --silent                             Print errors only.
  --debug                              Print each request, response and wait. No credentials are shown.
  --sandbox                            Use a fake API in memory: nothing is sent, the links are fake.
  --help                               Show this help.

Exit codes: 0 every row has a link, 1 stopped, 2 wrong usage or input, 3 some rows have no link,
130 interrupted.
`;

export const sandboxHelp: string = `Serve a fake API on localhost until interrupted.

It accepts any program, and any credentials whose account is the one in the path.

Usage
  impact-links sandbox [options]

Options
  --port <number>                      Port on 127.0.0.1; 0 picks a free one. Default 4010.
  --vanity-limit <number>              Vanity links an account can have. Default 5000.
  --rate-limit <number>                Requests an hour. Default 1000.
  --programs <list>                    Joined programs, each with the domains it allows in deep links:
                                       "1000=shop.example|*.shop.example,2000=,3000". 2000 allows none, 3000 all.
  --help                               Show this help.
`;

export const specHelp: string = `Print the OpenAPI document in one of impact.com's docs pages.

Usage
  impact-links spec <page.md|url|->
  impact-links spec campaigns.md | npx -p openapi-typescript -p typescript@5 openapi-typescript -o campaigns.ts

The page is a file, a URL that ends in .md, or - for stdin. It contains the document in a code block.

Options
  --help                               Show this help.
`;
