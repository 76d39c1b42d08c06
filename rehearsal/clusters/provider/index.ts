export { RELEASE, type ReleaseAccess, type Releases, type ReleasesFactory } from "./releases";
