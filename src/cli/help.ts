import { parameterHelp } from "./flags.ts";

export const help: string = `Create impact.com tracking links.

Usage
  impact-links create --program <id> [options]
  impact-links sandbox [options]
  impact-links <command> --help
  impact-links --version

Commands
  create     Create one tracking link and print its URL.
  sandbox    Serve a fake of the API on this machine, to try programs in any language.

Environment
  IMPACT_ACCOUNT_SID, IMPACT_AUTH_TOKEN   Credentials; never a flag, where others could see them.
  IMPACT_BASE_URL                         Where the API is, such as the address of a sandbox.

Exit codes
  0  done
  1  the API refused or failed, or the link could not be printed (stderr holds it)
  2  wrong usage or input
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
