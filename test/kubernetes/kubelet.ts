import { execFile } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { ContainerSpec, Probe } from './manifest.js';

const run = promisify(execFile);
type Kind = 'startup' | 'readiness' | 'liveness';

export interface KubeletOptions {
  /** Where the container's ports, by name, are on this machine. */
  readonly ports: Readonly<Record<string, number>>;
  /** Milliseconds that stand for a second of the manifest. */
  readonly secondMs?: number;
}

export interface Look {
  readonly kind: Kind;
  /** Milliseconds since the kubelet began. */
  readonly at: number;
  /** The status, or why there was none. */
  readonly answer: number | string;
  readonly ok: boolean;
  readonly took: number;
}

/**
 * Does to a process what a node's kubelet does to a container, by the probes of its manifest
 * (https://kubernetes.io/docs/concepts/workloads/pods/probes): the startup probe alone until it succeeds, then the others;
 * thresholds count results in a row; a container is not ready until its readiness probe has succeeded; status 200 to 399 is
 * success. A failed startup or liveness probe restarts, which here is only noted.
 */
export class Kubelet {
  readonly looks: Look[] = [];
  /** The probes that would have restarted the container, and when. */
  readonly restarts: { readonly kind: Kind; readonly at: number }[] = [];
  /** When the container became ready or stopped being so. */
  readonly changes: { readonly ready: boolean; readonly at: number }[] = [];
  private readonly began = performance.now();
  private readonly stopped = new AbortController();
  private readonly loops: Promise<void>;
  private terminating = false;

  constructor(
    private readonly container: ContainerSpec,
    private readonly options: KubeletOptions,
  ) {
    this.loops = this.run();
  }

  get ready(): boolean {
    return this.changes.at(-1)?.ready ?? false;
  }

  /** Milliseconds since it began. */
  now(): number {
    return performance.now() - this.began;
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await setTimeout(5);
  }

  /**
   * The pod is deleted: the hook is run, then `terminate` sends the signal. Nothing restarts a container any more that is to
   * end; its readiness is still asked for.
   */
  async delete(terminate: () => void): Promise<void> {
    this.terminating = true;
    const [program = 'true', ...words] = this.container.lifecycle?.preStop.exec.command ?? [];
    await run(program, words);
    terminate();
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    await this.loops;
  }

  private async run(): Promise<void> {
    const { startupProbe, readinessProbe, livenessProbe } = this.container;
    if (startupProbe !== undefined) await this.probe('startup', startupProbe);
    await Promise.all([this.probe('readiness', readinessProbe), this.probe('liveness', livenessProbe)]);
  }

  /** Asks again and again; a startup probe until it succeeds. */
  private async probe(kind: Kind, probe: Probe): Promise<void> {
    const { initialDelaySeconds = 0, periodSeconds = 10, successThreshold = 1, failureThreshold = 3 } = probe;
    await this.wait(initialDelaySeconds);
    let same = 0;
    let last: boolean | undefined;
    for (let due = this.now(); !this.stopped.signal.aborted;) {
      const ok = await this.look(kind, probe);
      same = ok === last ? same + 1 : 1;
      last = ok;
      if (ok && same >= successThreshold) {
        if (kind === 'startup') return;
        if (kind === 'readiness' && !this.ready) this.changes.push({ ready: true, at: this.now() });
      }
      if (!ok && same >= failureThreshold) {
        if (kind === 'readiness') {
          if (this.ready) this.changes.push({ ready: false, at: this.now() });
        } else if (!this.terminating) this.restarts.push({ kind, at: this.now() });
      }
      const now = this.now();
      due = Math.max(due + periodSeconds * this.secondMs, now);
      await setTimeout(due - now, undefined, { signal: this.stopped.signal }).catch(() => undefined);
    }
  }

  private async look(kind: Kind, { httpGet, timeoutSeconds = 1 }: Probe): Promise<boolean> {
    const at = this.now();
    const port = this.options.ports[httpGet.port];
    if (port === undefined) throw new Error(`The manifest names the port ${httpGet.port}, which nobody knows.`);
    const answer = await fetch(`http://127.0.0.1:${port}${httpGet.path}`, {
      // A connection of its own for each, as the kubelet has it.
      headers: { connection: 'close', 'user-agent': 'kube-probe/1.35' },
      redirect: 'manual',
      signal: AbortSignal.any([AbortSignal.timeout(timeoutSeconds * this.secondMs), this.stopped.signal]),
    }).then(
      async (response) => {
        await response.arrayBuffer();
        return response.status;
      },
      (error: unknown) => (error as Error).name,
    );
    const ok = typeof answer === 'number' && answer >= 200 && answer < 400;
    if (!this.stopped.signal.aborted) this.looks.push({ kind, at, answer, ok, took: this.now() - at });
    return ok;
  }

  private async wait(seconds: number): Promise<void> {
    if (seconds > 0) await setTimeout(seconds * this.secondMs);
  }

  private get secondMs(): number {
    return this.options.secondMs ?? 1_000;
  }
}
