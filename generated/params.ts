// Written by `npm run generate` from spec/openapi.json. Do not edit: `npm run check` compares.

/**
 * Generates a new tracking link for the specified program. Up to **5,000 vanity links** can exist on an account — exceeding that limit returns a 403 Forbidden response.
 *
 * `POST /Mediapartners/{AccountSID}/Programs/{ProgramId}/TrackingLinks`
 */
export interface CreateTrackingLinkParams {
  /** Unique identifier for the brand program the tracking link is for. */
  programId: string;
  /**
   * Set `"Vanity"` for a Vanity link with a random path. `customPath` implies it, and cannot be combined with `"Regular"`.
   *
   * **impact.com:** The type of tracking link to generate.
   *
   * - `Regular`: System-generated short link.
   * - `Vanity`: Branded link with a custom path (requires `CustomPath`).
   *
   * @default Vanity with `customPath`, else Regular
   */
  type?: "Regular" | "Vanity" | undefined;
  /**
   * Makes a Vanity link. Omit it with `type: "Vanity"` to get a random path.
   *
   * **impact.com:** Custom path that follows the tracking domain (e.g., `SummerSale` produces `https://example.sjv.io/SummerSale`). Required when `Type=Vanity`. If omitted on a vanity link, a random path is generated.
   */
  customPath?: string | undefined;
  /** Unique identifier of an ad to deep-link into (see the Partner Ads API). If omitted, the tracking link redirects to the brand's default landing page. */
  adId?: string | undefined;
  /** The exact destination URL the tracking link should redirect to after attribution. Use this to send clicks to a specific product page instead of the brand's default landing page. */
  deepLink?: string | undefined;
  /** Unique identifier of the media property (website, social profile, or app) where the link will be used. See the Partner Media Properties API. */
  mediaPartnerPropertyId?: string | undefined;
  /** Sub-affiliate identifier surfaced as a column in partner performance reports. Use to segment traffic by your own categories. */
  subId1?: string | undefined;
  /** Additional sub-affiliate identifier surfaced as a column in partner performance reports. */
  subId2?: string | undefined;
  /** Additional sub-affiliate identifier surfaced as a column in partner performance reports. */
  subId3?: string | undefined;
  /** Shared identifier surfaced as a column in partner performance reports. */
  sharedId?: string | undefined;
}
