import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import type { Manifest } from './manifest.js';

const FOLDER = join(import.meta.dirname, '../.output/kubernetes');
/** Kinds that are no part of Kubernetes, by the group that defines them. */
const CUSTOM: Readonly<Record<string, string>> = {
  'monitoring.coreos.com/v1': '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1',
};
const OPTIONS: ts.CompilerOptions = {
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  target: ts.ScriptTarget.ES2023,
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  types: [],
};

/** A value that is to be of an exported type. */
export interface Typed {
  readonly module: string;
  readonly type: string;
  readonly value: unknown;
}

export function typed({ apiVersion, kind, ...rest }: Manifest): Typed {
  const module = CUSTOM[apiVersion] ?? `kubernetes-models/${apiVersion}`;
  return { module, type: `I${kind}`, value: { apiVersion, kind, ...rest } };
}

/**
 * What the compiler says of the values, written as literals: wrong types, missing fields, and fields that the type has not,
 * which a schema of Kubernetes lets pass. One line for each.
 */
export function problemsOf(values: readonly Typed[]): string[] {
  mkdirSync(FOLDER, { recursive: true });
  const file = join(FOLDER, `manifests-${process.pid}.ts`);
  const lines = values.flatMap(({ module, type, value }, index) => [
    `import type { ${type} as T${index} } from '${module}';`,
    `export const v${index}: T${index} = ${JSON.stringify(value, null, 1)};`,
  ]);
  writeFileSync(file, lines.join('\n'));
  try {
    const program = ts.createProgram([file], OPTIONS);
    return ts
      .getPreEmitDiagnostics(program)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
  } finally {
    rmSync(file);
  }
}
