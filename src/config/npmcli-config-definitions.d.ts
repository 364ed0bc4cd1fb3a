/** What npm's own commands give to `@npmcli/config`; this part of it has no types. */
declare module '@npmcli/config/lib/definitions/index.js' {
  import type Config from '@npmcli/config';
  const settings: Pick<ConstructorParameters<typeof Config>[0], 'definitions' | 'shorthands' | 'flatten'> & {
    readonly nerfDarts: readonly string[];
  };
  export default settings;
}
