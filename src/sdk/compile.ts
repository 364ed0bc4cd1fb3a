/**
 * Compiles `entry` and what it imports into ES modules with declarations.
 *
 * @throws Error with what the compiler says, or where TypeScript is not installed.
 */
export async function compile(entry: string, rootDir: string, outDir: string): Promise<void> {
  const { default: ts } = await import('typescript').catch((error: unknown) => {
    throw new Error('Clients are compiled by TypeScript: npm install --save-dev typescript', { cause: error });
  });
  const program = ts.createProgram([entry], {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    types: [],
    strict: true,
    declaration: true,
    rootDir,
    outDir,
  });
  const { diagnostics } = program.emit();
  const faults = [...ts.getPreEmitDiagnostics(program), ...diagnostics];
  if (faults.length === 0) return;
  const host = {
    getCanonicalFileName: (file: string) => file,
    getCurrentDirectory: () => rootDir,
    getNewLine: () => '\n',
  };
  throw new Error(`The client does not compile:\n${ts.formatDiagnostics(faults.slice(0, 10), host)}`);
}
