import { freePort } from './free-port.js';
import type { Environment } from '../../src/config/load-config.js';
import { type Exchange, ONE_ROW, send } from './exchange.js';
import { parsePrometheus, total } from './prometheus-text.js';
import type { Plan } from './planted-faults.js';
import { ServiceProcess } from './service-process.js';

/** The real service, whose car model takes its time in a worker thread, one row an execution. */
export class SlowService {
  private constructor(
    readonly process: ServiceProcess,
    readonly url: string,
    readonly grpcPort: number,
  ) {}

  static async start(plan: Plan, env: Environment = {}): Promise<SlowService> {
    const grpcPort = await freePort();
    const service = new ServiceProcess(
      {
        REQUIRED_MODELS: 'car-evaluation',
        DEFAULT_MODEL: 'car-evaluation',
        TABULATE: 'off',
        PLACEMENT: 'car-evaluation=worker',
        MAX_BATCH_ROWS: '1',
        GRPC_PORT: String(grpcPort),
        ...env,
      },
      { plan },
    );
    return new SlowService(service, await service.url(), grpcPort);
  }

  predict(headers: Readonly<Record<string, string>> = {}): Promise<Exchange> {
    return this.sendRow(headers).answer;
  }

  sendRow(headers: Readonly<Record<string, string>> = {}) {
    return send(`${this.url}/api/v1/predict`, { headers, body: ONE_ROW });
  }

  /**
   * Resolves when what was sent before has come in: connections are accepted in their order, so what comes over later ones
   * is answered later. Costs little, unlike a scrape, of which there may be one only while an execution runs.
   */
  async received(): Promise<void> {
    for (let look = 0; look < 3; look += 1) await this.get('/health/live');
  }

  get(path: string): Promise<Exchange> {
    return send(this.url + path).answer;
  }

  /** Executions of the car model so far. */
  async executions(): Promise<number> {
    const { text } = await this.get('/v2/models/car-evaluation/stats');
    return JSON.parse(text).model_stats[0].execution_count;
  }

  async metric(name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
    return total(parsePrometheus((await this.get('/metrics')).text), name, labels);
  }

  /** Ends it without ceremony. */
  async kill(): Promise<void> {
    this.process.signal('SIGKILL');
    await this.process.exit();
  }
}
