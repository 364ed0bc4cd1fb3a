// The service as the framework's documentation teaches it: nested DTOs, ValidationPipe, predict() per request, default
// request logging. Decorators are applied by hand because Node runs this file as it is.
import 'reflect-metadata';
import { createWriteStream } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { Body, Controller, Get, HttpCode, Module, Post, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsIn, IsString, ValidateNested } from 'class-validator';
import { Logger, LoggerModule } from 'nestjs-pino';
import { readModel, readPackage } from './car-package.mjs';

const { features, width, encode, toReply } = readPackage(process.env.PACKAGE_DIR);
setWasmPaths(join(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')), '/'));
await tf.setBackend('wasm');
const { modelJson, weightSpecs, weights } = readModel(process.env.PACKAGE_DIR);
const model = await loadLayersModel(tf.io.fromMemory({ ...modelJson, weightSpecs, weightData: weights }));

const decorate = (target, key, ...decorators) => decorators.forEach((decorator) => decorator(target, key));

class RowDto {}
for (const { name, values } of features) decorate(RowDto.prototype, name, IsString(), IsIn(values));

class PredictDto {}
decorate(
  PredictDto.prototype,
  'inputs',
  IsArray(),
  ArrayMinSize(1),
  ArrayMaxSize(5_000),
  ValidateNested({ each: true }),
  Type(() => RowDto),
);

class PredictController {
  live() {
    return { status: 'ok' };
  }

  async predict({ inputs }) {
    const output = tf.tidy(() => model.predict(tf.tensor2d(encode(inputs), [inputs.length, width])));
    const probabilities = await output.data();
    output.dispose();
    return toReply(probabilities);
  }
}
const route = (key, ...decorators) => {
  const descriptor = Object.getOwnPropertyDescriptor(PredictController.prototype, key);
  decorators.forEach((decorator) => decorator(PredictController.prototype, key, descriptor));
};
Controller()(PredictController);
route('live', Get('/'));
route('predict', Post('predict'), HttpCode(200));
Reflect.defineMetadata('design:paramtypes', [PredictDto], PredictController.prototype, 'predict');
Body()(PredictController.prototype, 'predict', 0);

class AppModule {}
const logging = LoggerModule.forRoot({ pinoHttp: { stream: createWriteStream('/dev/null') } });
Module({ imports: [logging], controllers: [PredictController] })(AppModule);

const app = await NestFactory.create(AppModule, { bufferLogs: true });
app.useLogger(app.get(Logger));
app.useGlobalPipes(new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true, transform: true }));
app.useBodyParser('json', { limit: '1mb' });
await app.listen(Number(process.env.PORT), '127.0.0.1');
