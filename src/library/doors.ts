import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Mount } from '../core/app-config.js';
import { isBehind } from '../http/error-door.js';
import { PROTOCOLS } from '../prediction/protocols/index.js';

/** What a host can have under its own address: protocols, probes, metrics. */
export type DoorName = 'rest' | 'open-inference' | 'v1' | 'health' | 'metrics';

type Next = (error?: unknown) => void;

/** Middleware of Express, in the terms of Node itself. */
export interface Middleware {
  // A method, so that middleware with Express's own, narrower types fits too.
  handle(request: IncomingMessage, response: ServerResponse, next: Next): unknown;
}
export type Handler = Middleware['handle'];

export interface DoorOptions {
  /** Where their paths begin, such as `/models`. @default the root of the host */
  readonly prefix?: string;
  /** @default `['rest']` */
  readonly open?: readonly DoorName[];
  /** What requests pass first, such as the host's authentication: the doors are before everything else of the host. */
  readonly use?: readonly Handler[];
}

const PATHS: Readonly<Record<DoorName, string>> = {
  rest: pathOf('rest'),
  'open-inference': pathOf('open-inference'),
  v1: pathOf('v1'),
  health: '/health',
  metrics: '/metrics',
};

const PREFIX = /^(\/[\w.~-]+)*$/;

/** Where the doors will be. Adds what is wrong with the options to `faults`. */
export function mountOf({ prefix = '', open = ['rest'] }: DoorOptions, faults: string[]): Mount {
  const root = prefix === '/' ? '' : prefix;
  if (typeof root !== 'string' || !PREFIX.test(root)) {
    faults.push('doors.prefix must be a path such as /models, without a slash at its end');
  }
  const names = Object.keys(PATHS);
  if (!Array.isArray(open) || open.length === 0 || !open.every((name) => names.includes(name as string))) {
    faults.push(`doors.open must list some of ${names.join(', ')}`);
    return { prefix: root, paths: [] };
  }
  return { prefix: root, paths: (open as readonly DoorName[]).map((name) => PATHS[name]) };
}

/** Hands requests for the doors to `guest`, and leaves every other request to the host. */
export function doorway({ paths }: Mount, use: readonly Handler[], guest: Handler): Handler {
  return (request: IncomingMessage & { originalUrl?: string }, response, next) => {
    const { url = '/' } = request;
    const [path] = url.split('?', 1);
    if (!paths.some((prefix) => isBehind({ prefix }, path!))) {
      next();
      return;
    }
    const enter = () => {
      // The guest knows its own paths alone, and nobody else will see the request.
      request.originalUrl = url;
      guest(request, response, next);
    };
    pass(use, request, response, enter, next);
  };
}

/** Takes the request through each handler; any of them may answer it, or refuse it. */
function pass(
  [first, ...others]: readonly Handler[],
  request: IncomingMessage,
  response: ServerResponse,
  enter: () => void,
  next: Next,
): void {
  if (first === undefined) {
    enter();
    return;
  }
  first(request, response, (error) => {
    if (error === undefined || error === null) pass(others, request, response, enter, next);
    else next(error);
  });
}

function pathOf(protocol: string): string {
  return PROTOCOLS.find(({ name }) => name === protocol)!.prefix;
}
