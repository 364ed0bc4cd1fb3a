import { type DynamicModule, Global, Module } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../core/app-config.js';
import { NPM_SETTINGS, type ReadNpmSettings } from '../core/ports/npm-settings.js';
import { processNpmOptions } from './process-config.js';

/** Gives everyone the one frozen configuration, under `APP_CONFIG`. */
@Global()
@Module({})
export class ConfigModule {
  static forRoot(config: AppConfig): DynamicModule {
    return {
      module: ConfigModule,
      providers: [
        { provide: APP_CONFIG, useValue: config },
        { provide: NPM_SETTINGS, useValue: processNpmOptions satisfies ReadNpmSettings },
      ],
      exports: [APP_CONFIG, NPM_SETTINGS],
    };
  }
}
