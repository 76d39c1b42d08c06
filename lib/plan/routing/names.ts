/** The names below the domain. A prefix keeps a site's name from being one of the library's own. */
export const recordNames = {
  /** Of one site: `site-frankfurt.shop.example.com`. */
  site: (domain: string, site: string) => `site-${site}.${domain}`,
  /** Of all sites that take over from one that is lost. */
  others: (domain: string) => `others.${domain}`,
  /** Of the nearest site that is healthy, where users do not spread. */
  nearest: (domain: string) => `nearest.${domain}`,
  /** Of the sites in one location of a service: Cloud DNS takes one item per location. */
  location: (domain: string, location: string) => `at-${location}.${domain}`,
} as const;
