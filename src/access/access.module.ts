import { Global, Module } from '@nestjs/common';
import { Authenticator } from './authenticator.js';
import { Quotas } from './quotas.service.js';

/** Who may ask what, and how much. The gate itself is put before everything else by `app.setup.ts`. */
@Global()
@Module({ providers: [Authenticator, Quotas], exports: [Authenticator, Quotas] })
export class AccessModule {}
