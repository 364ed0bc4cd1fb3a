import { type DynamicModule, Module } from '@nestjs/common';
import { TensornestModule, type TensornestOptions } from '../../../src/index.js';
import { BirdsController } from './birds.controller.js';

/** An application of somebody else's, with models in it. */
@Module({ controllers: [BirdsController] })
export class ExampleModule {
  static with(options: TensornestOptions): DynamicModule {
    return { module: ExampleModule, imports: [TensornestModule.forRoot({ backend: 'wasm', ...options })] };
  }
}
