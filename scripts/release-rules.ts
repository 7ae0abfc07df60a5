/** The rules for a release. Each returns the problems that it finds, as lines for the maintainer. */

export interface Manifest {
  name: string;
  version: string;
  main?: string;
  types?: string;
  bin?: Record<string, string>;
  repository?: unknown;
  publishConfig?: { access?: string; provenance?: boolean; tag?: string };
}

/** Reads the text under `## <version>`, which may be followed by a date. */
export function entryOf(changelog: string, version: string): { entry: string; problems: string[] } {
  const [first = ""] = changelog.split(/^## /m).slice(1);
  const [heading = "", ...lines] = first.split("\n");
  const entry = lines.join("\n").trim();
  const found = /^\[?v?([^\s()[\]]+)/.exec(heading)?.[1];
  const refused = (problem: string): { entry: string; problems: string[] } => ({
    entry,
    problems: [`CHANGELOG.md: ${problem}`],
  });
  if (/unreleased/i.test(first)) return refused('Expected a release first, got "unreleased" in it');
  if (found !== version) {
    return refused(
      `Expected "## ${version}" first, got ${heading === "" ? "none" : `"## ${heading}"`}`,
    );
  }
  if (entry === "") return refused(`Expected text under "## ${version}", got none`);
  return { entry, problems: [] };
}

/** The files that belong in the package. */
const PACKED = [
  /^(package\.json|README\.md|CHANGELOG\.md|MIGRATING\.md|LICENSE)$/,
  /^dist\/[\w-]+\.(c?js|d\.c?ts)(\.map)?$/,
  /^src\/([\w-]+\/){0,2}[\w-]+\.ts$/,
  /^generated\/[\w-]+\.ts$/,
  /^docs\/(api\/)?[\w-]+\.md$/,
  /^docs\/images\/[\w-]+\.svg$/,
];

/** An npm token, by itself or in a setting, or a private key. */
const SECRET = /_auth(Token)?\s*=\s*\S|\bnpm_[A-Za-z0-9]{36}\b|-----BEGIN [A-Z ]*PRIVATE KEY-----/;

/** @param files relative to the root of the package */
export function packedProblems(
  files: readonly string[],
  { main, types, bin }: Manifest,
  read: (file: string) => string,
): string[] {
  const named = [main, types, ...Object.values(bin ?? {})].flatMap((path) => path ?? []);
  const needed = [
    "README.md",
    "CHANGELOG.md",
    "LICENSE",
    ...named.map((path) => path.replace(/^\.\//, "")),
  ];
  const isUnexpected = (file: string): boolean => !PACKED.some((place) => place.test(file));
  return [
    ...files
      .filter(isUnexpected)
      .map((file) => `${file} is packed, but does not belong in the package`),
    ...files.filter((file) => SECRET.test(read(file))).map((file) => `${file} contains a secret`),
    ...needed.filter((file) => !files.includes(file)).map((file) => `${file} is not packed`),
  ];
}

/** Checks what npm needs for provenance. Its own messages do not say what is missing. */
export function provenanceProblems(
  { publishConfig, repository }: Manifest,
  env: Record<string, string | undefined>,
): string[] {
  if (!publishConfig?.provenance) return [];
  const isGitHub = env.GITHUB_ACTIONS && env.ACTIONS_ID_TOKEN_REQUEST_URL;
  const isGitLab = env.GITLAB_CI && env.SIGSTORE_ID_TOKEN;
  return [
    ...(repository === undefined
      ? [
          "package.json has no `repository`, which npm compares with the repository in the provenance",
        ]
      : []),
    ...(isGitHub || isGitLab
      ? []
      : ["this is not a CI with OpenID Connect, whose token signs the provenance"]),
  ];
}

/** The dist-tag. `npm install` must not install a prerelease, so 1.0.0-beta.1 gets "beta". */
export function tagOf({ version, publishConfig }: Manifest): string {
  const [, prerelease] = /^[^-+]+-([a-z]*)/i.exec(version) ?? [];
  return publishConfig?.tag ?? (prerelease === undefined ? "latest" : prerelease || "next");
}
