/** What must hold of a release. Each rule gives what is wrong, as lines for the maintainer. */

/**
 * @typedef {{ name: string, version: string, main?: string, types?: string, bin?: Record<string, string>,
 *   repository?: unknown, publishConfig?: { access?: string, provenance?: boolean, tag?: string } }} Manifest
 */

/**
 * The text under `## <version>`, as `npm run spec:update` prints it; a date may stand behind the version.
 *
 * @param {string} changelog
 * @param {string} version
 * @returns {{ entry: string, problems: string[] }}
 */
export function entryOf(changelog, version) {
  const [first = ""] = changelog.split(/^## /m).slice(1);
  const [heading = "", ...lines] = first.split("\n");
  const entry = lines.join("\n").trim();
  const told = /^\[?v?([^\s()[\]]+)/.exec(heading)?.[1];
  /** @param {string} problem */
  const refused = (problem) => ({ entry, problems: [`CHANGELOG.md: ${problem}`] });
  if (/unreleased/i.test(first)) return refused('Expected a release first, got "unreleased" in it');
  if (told !== version) {
    return refused(
      `Expected "## ${version}" first, got ${heading === "" ? "none" : `"## ${heading}"`}`,
    );
  }
  if (entry === "") return refused(`Expected words under "## ${version}", got none`);
  return { entry, problems: [] };
}

/** All that is in the package, by its place. */
const PACKED = [
  /^(package\.json|README\.md|CHANGELOG\.md|LICENSE)$/,
  /^dist\/[\w-]+\.(js|d\.ts)(\.map)?$/,
  /^src\/([\w-]+\/)?[\w-]+\.ts$/,
  /^generated\/[\w-]+\.ts$/,
  /^docs\/(api\/)?[\w-]+\.md$/,
];

/** A token of npm's, in a setting or by itself; a private key. */
const SECRET = /_auth(Token)?\s*=\s*\S|\bnpm_[A-Za-z0-9]{36}\b|-----BEGIN [A-Z ]*PRIVATE KEY-----/;

/**
 * @param {readonly string[]} files from the package's root
 * @param {Manifest} manifest
 * @param {(file: string) => string} read
 * @returns {string[]}
 */
export function packedProblems(files, { main, types, bin }, read) {
  const named = [main, types, ...Object.values(bin ?? {})].flatMap((path) => path ?? []);
  const needed = [
    "README.md",
    "CHANGELOG.md",
    "LICENSE",
    ...named.map((path) => path.replace(/^\.\//, "")),
  ];
  const isStrange = (/** @type {string} */ file) => !PACKED.some((place) => place.test(file));
  return [
    ...files.filter(isStrange).map((file) => `${file} is packed, and no part of the package`),
    ...files.filter((file) => SECRET.test(read(file))).map((file) => `${file} holds a secret`),
    ...needed.filter((file) => !files.includes(file)).map((file) => `${file} is not packed`),
  ];
}

/**
 * What npm needs for provenance, which it else fails for with words that do not say so.
 *
 * @param {Manifest} manifest
 * @param {Record<string, string | undefined>} env
 * @returns {string[]}
 */
export function provenanceProblems({ publishConfig, repository }, env) {
  if (!publishConfig?.provenance) return [];
  const isGitHub = env["GITHUB_ACTIONS"] && env["ACTIONS_ID_TOKEN_REQUEST_URL"];
  const isGitLab = env["GITLAB_CI"] && env["SIGSTORE_ID_TOKEN"];
  return [
    ...(repository === undefined
      ? [
          "package.json has no `repository`: npm compares it with where the provenance says that the build ran",
        ]
      : []),
    ...(isGitHub || isGitLab
      ? []
      : [
          "this is no CI with OpenID Connect: provenance is signed with its token, so publish from there",
        ]),
  ];
}

/**
 * A prerelease is not what `npm install` is to give: 1.0.0-beta.1 goes under "beta".
 *
 * @param {Manifest} manifest
 */
export function tagOf({ version, publishConfig }) {
  const [, prerelease] = /^[^-+]+-([a-z]*)/i.exec(version) ?? [];
  return publishConfig?.tag ?? (prerelease === undefined ? "latest" : prerelease || "next");
}
