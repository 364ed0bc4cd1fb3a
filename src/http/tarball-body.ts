import type { IncomingMessage } from 'node:http';

/** Media types of a gzipped tarball: the registered one first. */
export const TARBALL_TYPES = ['application/gzip', 'application/x-gzip', 'application/octet-stream'] as const;

const PACKAGE_PATH = /\/models\/[^/]+\/versions\/[^/]+$/;

/** Whether the body is a package on its way to the disk, which no body reader must touch. */
export function isTarball({ method, url = '' }: IncomingMessage): boolean {
  return method === 'PUT' && PACKAGE_PATH.test(url.split('?', 1)[0]!);
}
