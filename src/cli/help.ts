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
  spec       Print the OpenAPI document of one of impact.com's docs pages, to generate types from.

Environment
  IMPACT_ACCOUNT_SID, IMPACT_AUTH_TOKEN   Credentials. Not flags: other users can see those.
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

Columns are parameters if they are named like one, in camelCase or as in the API: deepLink, ProgramId. Other columns
are passed through. Each row gets the columns trackingUrl, status (created, reused, failed, unknown), errorCode and
error. Rows stay in the order of the input. Rows without any text are left as they are.

  impact-links bulk feed.csv --program 1000 --map deepLink=link --out links.csv

If a run stops for any reason, run the same command again to resume. The state is kept in <out>.journal. It stays
after a complete run, so that the same command sends nothing again and another one does not overwrite <out>.

Columns
  --map <parameter>=<column>           The column of a parameter, whatever its name. Repeatable.
  --pass-through <column>              Pass a column through although it is named like a parameter. Repeatable.

Parameters of rows that have none of their own
${parameterHelp.replaceAll(" (required)", "")}

Input
  --delimiter <character>              Separator of cells, or tab. Default: found from the file.
  --encoding <name>                    Encoding of the text, such as windows-1252. Default: UTF-8, or UTF-16 with a
                                       byte order mark.
  --skip-lines <number>                Lines before the header. Default 0.

Output
  --out <file>                         Output file; - is stdout (not resumable).
  --reuse <file>                       Take links from an earlier output: a row with the same parameters costs no
                                       call. Repeatable.
  --retry-unknown                      Send unknown rows again: their link may exist already.
  --retry-failed                       Send failed rows again.

Options
  --dry-run                            Send nothing. List invalid rows and count the calls of a first run.
  --append-ids                         Make one call for rows that differ only in sub and shared ids, and append
                                       these to its link. impact.com recommends giving them to the API.
  --concurrency <number>               Concurrent requests, 1 to 1000. Default 8.
  --quota-reserve <number>             Requests an hour to keep for other programs. Default 0.
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
  --programs <list>                    Joined programs, each with the domains that it takes deep links to:
                                       "1000=shop.example|*.shop.example,2000=,3000". 2000 takes none, 3000 all.
  --help                               Show this help.
`;

export const specHelp: string = `Print the OpenAPI document of one of impact.com's docs pages.

Usage
  impact-links spec <page.md|url|->
  impact-links spec campaigns.md | npx openapi-typescript > campaigns.d.ts

The page is a file, an address that ends in .md, or stdin. It has the document in a code block.

Options
  --help                               Show this help.
`;
