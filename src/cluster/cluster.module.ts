import { type DynamicModule, Global, Module } from '@nestjs/common';
import { GROUP_COMMANDS } from '../core/ports/group-commands.js';
import { GROUP_QUESTIONS } from '../core/ports/group-questions.js';
import { PROCESS_GROUP, type ProcessGroup } from '../core/ports/process-group.js';
import { SoloCommands } from './solo-commands.js';
import { SoloQuestions } from './solo-questions.js';

/** Gives the group of this process to everyone who speaks for it, by token; null when the process is alone. */
@Global()
@Module({})
export class ClusterModule {
  static forRoot(group: ProcessGroup | null): DynamicModule {
    return {
      module: ClusterModule,
      providers: [
        { provide: PROCESS_GROUP, useValue: group },
        { provide: GROUP_COMMANDS, useValue: group?.commands ?? new SoloCommands() },
        { provide: GROUP_QUESTIONS, useValue: group?.questions ?? new SoloQuestions() },
      ],
      exports: [PROCESS_GROUP, GROUP_COMMANDS, GROUP_QUESTIONS],
    };
  }
}
