// The least that a Nest service on our adapter can do: the floor's work in a route, without anything of ours around it.
import { createRequire } from 'node:module';
import process from 'node:process';
import { URL } from 'node:url';
import { jsonBody } from '../../../dist/http/json-body.js';
import { JsonText } from '../../../dist/http/json-reply.js';
import { LeanExpressAdapter } from '../../../dist/http/lean-express.adapter.js';

// The service's Nest, and not the one that the peers have beside them.
const require = createRequire(new URL('../../../package.json', import.meta.url));
const { Body, Controller, Get, HttpCode, Module, Post } = require('@nestjs/common');
const { NestFactory } = require('@nestjs/core');

const replies = new Map(
  Object.entries(JSON.parse(process.env.REPLY_BYTES)).map(([rows, bytes]) => [Number(rows), 'x'.repeat(bytes)]),
);

class FloorController {
  ready() {
    return 'ok';
  }

  predict(body) {
    const { inputs } = JSON.parse(body.bytes.toString());
    return new JsonText(replies.get(inputs.length));
  }
}
const decorate = (name, ...decorators) => {
  const place = Object.getOwnPropertyDescriptor(FloorController.prototype, name);
  for (const decorator of decorators) decorator(FloorController.prototype, name, place);
};
decorate('ready', Get());
decorate('predict', Post('predict'), HttpCode(200));
Body()(FloorController.prototype, 'predict', 0);
Controller()(FloorController);

class FloorModule {}
Module({ controllers: [FloorController] })(FloorModule);

// As the service has them by default; nothing here comes near.
const limits = { headerBytes: 16384, headersMs: 10_000, bodyMs: 60_000, keepAliveMs: 60_000, connections: 10_000 };
const app = await NestFactory.create(FloorModule, new LeanExpressAdapter(limits), { bodyParser: false, logger: false });
app.use('/predict', jsonBody(100_000_000));
await app.listen(Number(process.env.PORT), '127.0.0.1');
