import type { ChildProcess } from 'node:child_process';

type Send = (message: unknown, connection?: { close?: () => void }, ...rest: unknown[]) => boolean;

/**
 * NOTE: node:cluster forgets a connection that it has passed to a process which was killed before it took it: nobody closes
 * it, and its client waits for ever. One at most is on its way to a process, and closing one that was taken does nothing.
 *
 * @returns what closes it; call it when the process is dead.
 */
export function watchConnections(child: ChildProcess): () => void {
  let last: { close?: () => void } | undefined;
  const send = child.send.bind(child) as Send;
  const watched: Send = (message, connection, ...rest) => {
    if (typeof connection?.close === 'function') last = connection;
    return send(message, connection, ...rest);
  };
  child.send = watched as ChildProcess['send'];
  return () => last?.close?.();
}
