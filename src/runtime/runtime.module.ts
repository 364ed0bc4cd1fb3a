import { Global, Module } from '@nestjs/common';
import { BACKEND_SOURCE } from '../core/ports/inference-backend.js';
import { WORKER_FAULTS } from '../core/ports/worker-faults.js';
import { BACKENDS } from './backends/index.js';
import { BACKEND_TABLE, ConfiguredBackend } from './configured-backend.js';
import { WorkerRestarts } from './worker-restarts.js';

/** Gives everyone the process's inference backend, by token: no other room knows TensorFlow.js. */
@Global()
@Module({
  providers: [
    { provide: BACKEND_TABLE, useValue: BACKENDS },
    WorkerRestarts,
    { provide: WORKER_FAULTS, useExisting: WorkerRestarts },
    { provide: BACKEND_SOURCE, useClass: ConfiguredBackend },
  ],
  exports: [BACKEND_SOURCE, WORKER_FAULTS],
})
export class RuntimeModule {}
