import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { ERROR_DOORS, type ErrorDoor } from './error-door.js';
import { ManagementServer } from './management.js';
import { ParserErrors } from './parser-errors.js';
import { ProblemFilter } from './problem.filter.js';

/** The edge: how every error goes out. How requests come in is in `app.setup.ts`, since it precedes Nest's own router. */
@Module({})
export class HttpModule {
  static forRoot(doors: readonly ErrorDoor[]): DynamicModule {
    return {
      module: HttpModule,
      providers: [
        ManagementServer,
        { provide: ERROR_DOORS, useValue: doors },
        { provide: APP_FILTER, useClass: ProblemFilter },
        ParserErrors,
      ],
    };
  }
}
