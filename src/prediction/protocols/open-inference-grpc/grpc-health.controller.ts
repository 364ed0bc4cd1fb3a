import { Controller, Inject, UseFilters } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import { distinctUntilChanged, from, map, type Observable, switchMap, takeUntil, timer } from 'rxjs';
import { TensornestError } from '../../../core/errors.js';
import { DRAIN, type Drain } from '../../../core/ports/drain.js';
import { OpenInferenceService } from '../open-inference/open-inference.service.js';
import { GrpcErrorFilter } from './grpc-errors.js';

const SERVICE = 'Health';
/** The services that can be asked for; the empty name means the server. */
const KNOWN = new Set(['', 'inference.GRPCInferenceService']);
/** How often a watcher's answer is looked at again, in milliseconds. */
const WATCH_EVERY_MS = 1_000;

interface HealthRequest {
  readonly service: string;
}

interface HealthAnswer {
  readonly status: 'SERVING' | 'NOT_SERVING' | 'SERVICE_UNKNOWN';
}

/** gRPC's own health protocol, which Kubernetes probes speak: serving means ready. */
@UseFilters(GrpcErrorFilter)
@Controller()
export class GrpcHealthController {
  constructor(
    private readonly protocol: OpenInferenceService,
    @Inject(DRAIN) private readonly drain: Drain,
  ) {}

  @GrpcMethod(SERVICE, 'Check')
  async check({ service }: HealthRequest): Promise<HealthAnswer> {
    if (KNOWN.has(service)) return this.answer(service);
    throw new TensornestError('not-found', `There is no service ${service}.`);
  }

  @GrpcMethod(SERVICE, 'Watch')
  watch({ service }: HealthRequest): Observable<HealthAnswer> {
    return timer(0, WATCH_EVERY_MS).pipe(
      switchMap(() => from(this.answer(service))),
      map(({ status }) => status),
      distinctUntilChanged(),
      map((status) => ({ status })),
      // A call that never ends would keep the server from closing.
      takeUntil(from(this.drain.closing)),
    );
  }

  private async answer(service: string): Promise<HealthAnswer> {
    if (!KNOWN.has(service)) return { status: 'SERVICE_UNKNOWN' };
    return { status: (await this.protocol.ready()) ? 'SERVING' : 'NOT_SERVING' };
  }
}
