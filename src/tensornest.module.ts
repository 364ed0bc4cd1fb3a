import {
  ConfigurableModuleBuilder,
  Inject,
  Injectable,
  type INestApplicationContext,
  Module,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { createApp, createContext, loadModels } from './app.setup.js';
import { READINESS, type Readiness } from './core/ports/readiness.js';
import { type DoorOptions, doorway, type Handler, mountOf } from './library/doors.js';
import { ModelCatalogue } from './library/model-catalogue.js';
import { PredictionService } from './library/prediction.service.js';
import { configOf, optionsError, type Settings } from './library/settings.js';
import { ModelController } from './model/model.controller.js';
import { PredictionService as UseCase } from './prediction/prediction.service.js';

export interface TensornestOptions extends Settings {
  /** What of the service is to be had over the host's own HTTP server. @default nothing */
  readonly doors?: DoorOptions | undefined;
}

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } = new ConfigurableModuleBuilder<TensornestOptions>({
  moduleName: 'Tensornest',
})
  .setClassMethodName('forRoot')
  .setExtras({ isGlobal: false }, (definition, { isGlobal }) => ({ ...definition, global: isGlobal }))
  .build();

/** The service, in the host's process. */
const GUEST = Symbol('GUEST');

/** Lives as long as the host: loads the models before the host listens, and closes them after it has stopped listening. */
@Injectable()
class GuestLife implements OnModuleInit, OnApplicationShutdown {
  constructor(@Inject(GUEST) private readonly guest: INestApplicationContext) {}

  async onModuleInit(): Promise<void> {
    await this.guest.init();
    await loadModels(this.guest);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.guest.close();
  }
}

/**
 * The service as a module of another application: `imports: [TensornestModule.forRoot({ modelsDir: 'models' })]`. It is the
 * service itself, from the same composition root, in an application of its own within the process, so that neither sees the
 * other's pipes, filters, guards and providers. The host keeps its HTTP adapter, its logger and its signals.
 */
@Module({
  providers: [
    { provide: GUEST, useFactory: createGuest, inject: [MODULE_OPTIONS_TOKEN, HttpAdapterHost] },
    GuestLife,
    {
      provide: PredictionService,
      useFactory: (guest: INestApplicationContext) => new PredictionService(guest.get(UseCase)),
      inject: [GUEST],
    },
    {
      provide: ModelCatalogue,
      useFactory: (guest: INestApplicationContext) =>
        new ModelCatalogue(guest.get(ModelController), guest.get<Readiness>(READINESS)),
      inject: [GUEST],
    },
  ],
  exports: [PredictionService, ModelCatalogue],
})
export class TensornestModule extends ConfigurableModuleClass {}

/** @throws ConfigError that names every wrong option. */
async function createGuest(options: TensornestOptions, host: HttpAdapterHost): Promise<INestApplicationContext> {
  const { doors, ...settings } = options;
  if (doors === undefined) return createContext(configOf(settings, null));
  const faults: string[] = [];
  const mount = mountOf(doors, faults);
  const { use = [] } = doors;
  const { httpAdapter } = host as Partial<HttpAdapterHost>;
  if (httpAdapter?.getType() !== 'express') {
    faults.push('doors need a host on Express (@nestjs/platform-express): without them any host will do');
  }
  if (faults.length > 0) throw optionsError(faults);
  const config = configOf(settings, mount);
  const { keysFile, tokens, anonymous } = config.access;
  if (keysFile === null && tokens === null && !anonymous && use.length === 0) {
    throw optionsError([
      'doors must not be open to everybody by accident: name a file of keys with keysFile, put the authentication of the host into doors.use, or let everybody in with anonymousAccess: true',
    ]);
  }
  const guest = await createApp(config, null, true);
  const handler = guest.getHttpAdapter().getInstance() as Handler;
  // Before the host reads bodies and looks for routes of its own.
  httpAdapter!.use(mount.prefix || '/', doorway(mount, use, handler));
  return guest;
}
