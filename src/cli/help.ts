import { parameterHelp } from "./flags.ts";

export const help: string = `Create impact.com tracking links.

Usage
  impact-links create --program <id> [options]
  impact-links bulk <file> --out <file> [options]
  impact-links sandbox [options]
  impact-links <command> --help
  impact-links --version

Commands
  create     Create one tracking link and print its URL.
  bulk       Create a link for each row of a CSV or JSON lines file; goes on where it was stopped.
  sandbox    Serve a fake of the API on this machine, to try programs in any language.

Environment
  IMPACT_ACCOUNT_SID, IMPACT_AUTH_TOKEN   Credentials; never a flag, where others could see them.
  IMPACT_BASE_URL                         Where the API is, such as the address of a sandbox.

Exit codes
  0  done
  1  the API refused or failed, or the link could not be printed (stderr holds it)
  2  wrong usage or input
  3  a bulk run is complete, and some rows have no link
  130  interrupted
`;

export const createHelp: string = `Create one tracking link and print its URL.

Usage
  impact-links create --program <id> [options]

Parameters, each with its name in the API
${parameterHelp}

Options
  --json                               Print the link as JSON, the API's answer included.
  --sandbox                            Ask the fake API in memory: nothing is sent, the link is fake.
  --help                               Show this.

Credentials come from the environment: see impact-links --help.
`;

export const bulkHelp: string = `Create a link for each row of a file.

Usage
  impact-links bulk <in.csv|in.jsonl|-> --out <out.csv|out.jsonl|-> [options]

The columns are parameters, in camelCase or as in the API (impact-links create --help lists them); others are
passed through. Each row is written with trackingUrl, status (created, reused, failed, unknown), errorCode and
error, in the order of the input. Stopped in any way, the same command goes on where it was: what happened is
in <out>.journal. Of a complete run a line stays there, so that <out> is not taken for what another one makes.

Options
  --out <file>                         Where the rows go; - is stdout, and cannot be gone on with.
  --program <id>                       The program of rows that name none.
  --dry-run                            Send nothing; say which rows are invalid, and how many calls it takes.
  --append-ids                         One call for rows that differ in sub and shared ids alone, which are
                                       appended to its link. impact.com recommends giving them to the API.
  --concurrency <number>               Requests at once, 1 to 1000. Default 8.
  --quota-reserve <number>             Requests of each hour to leave for others. Default 0.
  --pass-through                       Pass columns through that look like misspelt parameters.
  --retry-unknown                      Send rows again of which it is not known whether a link was made.
  --retry-failed                       Send rows again that have failed.
  --silent                             Say nothing but errors.
  --sandbox                            Ask the fake API in memory: nothing is sent, the links are fake.
  --help                               Show this.

Exit codes: 0 every row has a link, 1 stopped, 2 wrong usage or input, 3 some rows have no link,
130 interrupted.
`;

export const sandboxHelp: string = `Serve a fake of the API on this machine, until interrupted.

It takes any credentials, as long as the path names their account, and any program.

Usage
  impact-links sandbox [options]

Options
  --port <number>                      Port on 127.0.0.1; 0 picks a free one. Default 4010.
  --vanity-limit <number>              Vanity links that an account may hold. Default 5000.
  --rate-limit <number>                Requests an hour. Default 1000.
  --help                               Show this.
`;
