/** npm's own choice of a version; the package has no types. */
declare module 'npm-pick-manifest' {
  interface PickedManifest {
    readonly name: string;
    readonly version: string;
    readonly dist: { readonly tarball: string; readonly integrity?: string };
  }
  /** @param wanted a version, a range or a dist-tag. Throws an error with the code `ETARGET` when nothing fits. */
  function pickManifest(packument: object, wanted: string, options: { readonly before?: Date | null }): PickedManifest;
  export default pickManifest;
}
