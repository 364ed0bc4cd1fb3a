import { readdir, readFile, mkdtemp, rm } from 'node:fs/promises';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { ONE_ROW, send } from '../support/exchange.js';
import { CAR_TENSORS } from '../support/inference-client.js';
import { CARS, ModelsFolder } from '../support/models-folder.js';
import { isOrdered, type Crash, orderCrash, type Plan, type RealmReport } from '../support/planted-faults.js';
import { ServiceProcess } from '../support/service-process.js';
import { ARTICLE_ROW } from '../support/test-app.js';

/** What the service held while nothing was asked of it. */
export interface Rest {
  /** Of all realms: the process's own and its worker threads. */
  readonly tensors: number;
  /** Kinds and numbers of what its event loops wait for. */
  readonly resources: string;
  /** Resident memory in bytes. */
  readonly rss: number;
}

export interface SoakReport {
  /** The first is after the warm-up. */
  readonly rests: readonly Rest[];
  readonly requests: number;
  readonly statuses: Readonly<Record<string, number>>;
  /** Answers that nothing explains. */
  readonly unexpected: readonly string[];
  readonly swaps: number;
  readonly crashes: number;
}

const WORKERS = 2;
const LANES = 4;
/** Between two requests of a lane: endurance is wanted here, not throughput. */
const PAUSE_MS = 25;
/** Slower than five a minute, at which the service would rightly call itself not ready. */
const CRASH_EVERY_MS = 16_000;
const SWAP_EVERY_MS = 16_000;
/** The first one comes early, so that a short run has some. */
const SOON_MS = 3_000;
const WARM_UP = 1 / 4;
const MOST_RESTS = 12;
/** A rest takes about three: most of the time there must be load. */
const SECONDS_BETWEEN_RESTS = 10;
const CRASHES: readonly Crash[] = ['throw', 'exit', 'out-of-memory'];

const PENGUIN = {
  island: 'Dream',
  beak_length_mm: 39.5,
  beak_depth_mm: 17.4,
  flipper_length_mm: 186,
  body_mass_g: 3_800,
  sex: 'FEMALE',
};

/** One kind of request, and the statuses that it may get. */
interface Ask {
  readonly path: string;
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
  readonly expected: readonly number[];
  /** The client does not wait for the answer. */
  readonly leaves?: boolean;
}

/** A 503 must be the death of a worker thread. */
const ASKS: readonly Ask[] = [
  { path: '/api/v1/predict', body: ONE_ROW, expected: [200, 503] },
  { path: '/api/v1/predict', body: { inputs: Array<object>(200).fill(ARTICLE_ROW) }, expected: [200, 503] },
  { path: '/api/v1/models/penguins/predict', body: { inputs: [PENGUIN] }, expected: [200] },
  { path: '/api/v1/predict', body: { inputs: [{ ...ARTICLE_ROW, doors: 7 }] }, expected: [400] },
  { path: '/api/v1/predict', body: { inputs: [ARTICLE_ROW, 3], partial: true }, expected: [200, 503] },
  { path: `/v2/models/${CARS}/infer`, body: { inputs: CAR_TENSORS }, expected: [200, 503] },
  { path: '/v2/models/nobody/infer', body: { inputs: CAR_TENSORS }, expected: [404] },
  { path: '/api/v1/predict', body: ONE_ROW, headers: { 'request-timeout': '0.001' }, expected: [200, 503, 504] },
  { path: '/api/v1/models/penguins/explain', body: { inputs: [PENGUIN] }, expected: [200] },
  { path: '/api/v1/predict', body: ONE_ROW, leaves: true, expected: [0, 200, 503] },
];

/** Runs a service for so long under load while its model is replaced and its workers die, and looks at it now and then. */
export async function soak(seconds: number, plan: Plan): Promise<SoakReport> {
  const run = await Run.start(plan);
  try {
    return await Promise.race([run.go(seconds), run.died()]);
  } finally {
    await run.end();
  }
}

class Run {
  private readonly statuses: Record<string, number> = {};
  private readonly unexpected = new Set<string>();
  private readonly rests: Rest[] = [];
  private agent = new Agent({ keepAlive: true });
  private loading = true;
  private stopped = false;
  private busy = 0;
  private requests = 0;
  private swaps = 0;
  private crashes = 0;

  private constructor(
    private readonly service: ServiceProcess,
    private readonly url: string,
    private readonly models: ModelsFolder,
    private readonly faults: string,
  ) {}

  static async start(plan: Plan): Promise<Run> {
    const models = await ModelsFolder.with(`${CARS}/2.0.0`, 'penguins/1.0.0');
    const folder = await mkdtemp(join(tmpdir(), 'tensornest-soak-'));
    const env = {
      ...models.env,
      TABULATE: 'off',
      PLACEMENT: `${CARS}=worker;penguins=inline`,
      WORKERS: String(WORKERS),
      WORKER_HEAP_MB: '64',
      MODELS_REFRESH_SECONDS: '1',
      LOG_LEVEL: 'silent',
    };
    const service = new ServiceProcess(env, { plan: { ...plan, folder }, flags: ['--expose-gc'] });
    return new Run(service, await service.url(), models, folder);
  }

  async go(seconds: number): Promise<SoakReport> {
    const started = performance.now();
    const elapsed = () => (performance.now() - started) / 1_000;
    const tasks = [
      ...Array.from({ length: LANES }, (_, lane) => this.load(lane)),
      this.swapping(seconds),
      this.crashing(),
    ];
    const warmUp = seconds * WARM_UP;
    const rests = Math.min(MOST_RESTS, Math.max(1, Math.floor((seconds - warmUp) / SECONDS_BETWEEN_RESTS)));
    const pause = (seconds - warmUp) / rests;
    for (let rest = 0; rest <= rests; rest += 1) {
      await setTimeout(Math.max(0, warmUp + rest * pause - elapsed()) * 1_000);
      this.rests.push(await this.rest());
    }
    this.stopped = true;
    await Promise.all(tasks);
    const { requests, statuses, swaps, crashes } = this;
    return { rests: this.rests, requests, statuses, unexpected: [...this.unexpected], swaps, crashes };
  }

  /** Rejects when the service ends. */
  async died(): Promise<never> {
    const code = await this.service.exit();
    this.stopped = true;
    throw new Error(`The service ended with ${code ?? 'a signal'}: ${this.service.stderr.slice(-2_000)}`);
  }

  async end(): Promise<void> {
    this.stopped = true;
    this.agent.destroy();
    this.service.signal('SIGKILL');
    await this.service.exit();
    await this.models.remove();
    await rm(this.faults, { recursive: true });
  }

  private async load(lane: number): Promise<void> {
    for (let turn = lane; !this.stopped; turn += 1) {
      await setTimeout(PAUSE_MS);
      await this.whileLoading(() => this.ask(ASKS[turn % ASKS.length]!));
    }
  }

  private async ask({ path, body, headers, expected, leaves = false }: Ask): Promise<void> {
    const { answer, leave } = send(this.url + path, { body, agent: this.agent, ...(headers && { headers }) });
    if (leaves) setImmediate(leave);
    const { status, text } = await answer;
    this.requests += 1;
    this.statuses[status] = (this.statuses[status] ?? 0) + 1;
    const explained =
      expected.includes(status) && (status !== 503 || text.includes('The worker that ran the model stopped'));
    if (!explained) this.unexpected.add(`${path} was answered with ${status}: ${text.slice(0, 60)}`);
  }

  /** Puts other bytes in the model's place and waits until they are served. */
  private async swapping(seconds: number): Promise<void> {
    const everyMs = Math.min(SWAP_EVERY_MS, (seconds / 12) * 1_000);
    while (!this.stopped) {
      await setTimeout(everyMs);
      await this.whileLoading(async () => {
        const before = await this.digest();
        const description = `Swap ${this.swaps + 1}.`;
        await this.models.add(`${CARS}/2.0.0`, {
          from: `${CARS}/2.0.0`,
          edit: (manifest) => Object.assign(manifest, { description }),
        });
        for (const until = performance.now() + 20_000; (await this.digest()) === before;) {
          if (performance.now() > until) throw new Error('A swap was not taken over within 20 s.');
          await setTimeout(50);
        }
        this.swaps += 1;
      });
    }
  }

  private async crashing(): Promise<void> {
    while (!this.stopped) {
      await setTimeout(Math.min(CRASH_EVERY_MS, SOON_MS * (this.crashes + 1)));
      await this.whileLoading(async () => {
        orderCrash(this.faults, CRASHES[this.crashes % CRASHES.length]!);
        while (isOrdered(this.faults) && !this.stopped) await setTimeout(20);
        this.crashes += 1;
        // Until the thread is there again.
        await setTimeout(1_000);
      });
    }
  }

  private async digest(): Promise<string> {
    const { text } = await send(`${this.url}/api/v1/models/${CARS}/versions/2.0.0`).answer;
    return JSON.parse(text).digest;
  }

  /** Does it unless the run is over, and not while the service rests. */
  private async whileLoading(work: () => Promise<void>): Promise<void> {
    while (!this.loading) await setTimeout(10);
    if (this.stopped) return;
    this.busy += 1;
    await work().finally(() => (this.busy -= 1));
  }

  private async rest(): Promise<Rest> {
    this.loading = false;
    while (this.busy > 0) await setTimeout(10);
    this.agent.destroy();
    this.agent = new Agent({ keepAlive: true });
    // Slots are closed a moment after their last request, and the collector is given its turns.
    await setTimeout(1_500);
    for (const file of await readdir(this.faults)) await rm(join(this.faults, file));
    let realms: RealmReport[] = [];
    while (realms.length <= WORKERS) {
      await setTimeout(300);
      realms = await this.realms();
    }
    this.loading = true;
    const { rss } = realms.find(({ main }) => main)!;
    const tensors = realms.reduce((sum, realm) => sum + realm.tensors, 0);
    const kinds = realms.map(({ main, resources }) => `${main ? 'main' : 'worker'} ${JSON.stringify(resources)}`);
    return { tensors, resources: kinds.sort().join(', '), rss };
  }

  private async realms(): Promise<RealmReport[]> {
    const files = (await readdir(this.faults)).filter((file) => file.endsWith('.json'));
    const texts = await Promise.all(files.map((file) => readFile(join(this.faults, file), 'utf8')));
    return texts.map((text) => JSON.parse(text) as RealmReport);
  }
}
