import cluster from 'node:cluster';
import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import { Supervisor } from './cluster/supervisor.js';
import type { AppConfig } from './core/app-config.js';
import { DriftFile } from './drift/drift-file.js';
import { DRIFT_COUNTS, DRIFT_REPORT, DriftKeeper } from './drift/drift-keeper.js';
import { AUDIT_LOST } from './core/ports/line-sink.js';
import { tellAuditFaults } from './observability/audit/audit-watcher.js';
import { auditSink, logSink, textStream } from './observability/destinations.js';

/** Runs the group from its start to its end, without serving anything itself; resolves with its exit code. */
export async function supervise(config: AppConfig): Promise<0 | 1> {
  cluster.setupPrimary({
    // Whatever became the supervisor: a command listens too late for the first message.
    exec: join(import.meta.dirname, 'main.js'),
    args: [],
    // Audit lines come as bytes.
    serialization: 'advanced',
  });
  const sink = logSink(config);
  const logger = pino({ level: config.log.level }, textStream(sink)).child({ context: 'Cluster' });
  const say = tellAuditFaults(logger);
  const audit = auditSink(config, {
    ...say,
    log: (fault) => {
      say.log(fault);
      supervisor.tellAuditFault('auditFault', fault);
    },
    sink: (fault) => {
      say.sink(fault);
      supervisor.tellAuditFault('sinkFault', fault);
    },
  });
  const supervisor: Supervisor = new Supervisor({
    processes: config.execution.processes,
    audit,
    log: (level, message) => {
      logger[level](message);
    },
    say: (text) => process.stderr.write(text),
  });
  if (audit?.lost !== undefined) supervisor.questions.answer(AUDIT_LOST, () => audit.lost);
  const keeper = driftKeeper(config, supervisor, logger);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      supervisor.stop(signal);
    });
  }
  await keeper?.start();
  const code = await supervisor.run();
  await keeper?.stop();
  await sink.flush();
  return code;
}

/** The windows of the group are kept where no process that serves can take them along; null when nobody wants them. */
function driftKeeper({ drift, stateDir }: AppConfig, supervisor: Supervisor, logger: Logger): DriftKeeper | null {
  if (drift === null) return null;
  const log = logger.child({ context: 'Drift' });
  const file = new DriftFile(stateDir, log);
  const keeper = new DriftKeeper(drift, (known) => supervisor.ask(DRIFT_COUNTS, known), file, log);
  supervisor.questions.answer(DRIFT_REPORT, (model: string | null) => keeper.report(model));
  return keeper;
}
