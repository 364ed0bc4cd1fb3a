import { Global, Module } from '@nestjs/common';
import { BACKEND_SOURCE } from '../core/ports/inference-backend.js';
import { BACKENDS } from './backends/index.js';
import { BACKEND_TABLE, ConfiguredBackend } from './configured-backend.js';

/** Gives everyone the process's inference backend, by token: no other room knows TensorFlow.js. */
@Global()
@Module({
  providers: [
    { provide: BACKEND_TABLE, useValue: BACKENDS },
    { provide: BACKEND_SOURCE, useClass: ConfiguredBackend },
  ],
  exports: [BACKEND_SOURCE],
})
export class RuntimeModule {}
